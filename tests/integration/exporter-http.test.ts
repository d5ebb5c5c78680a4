import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import type { Graph } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { scrape, scrapeUp } from "./exporter/scrape.ts";
import { eventually } from "./lib/eventually.ts";

const NAMED = "flowtally-test-http-named";
const OTHER = "flowtally-test-http-other";
const NETWORK = ["--ipv6", "--subnet", "fd7a:11b7:c0e1::/64"];
/** In place of the peers' program: Node.js, from this machine, runs a script that begins with #!/node. */
const scripted = (script: string) =>
  [
    [path.join(import.meta.dirname, "exporter", script), "/peer"],
    [process.execPath, "/node"],
    ["/lib", "/lib"],
    ["/lib64", "/lib64"],
  ].flatMap(([from, to]) => ["-v", `${from}:${to}:ro`]);

/** Two servers of which one is named for its HTTP, and containers that ask both. */
describe("flow-exporter and HTTP", { skip }, () => {
  const rig = new Rig("http", { refreshSeconds: 1, env: { FLOW_HTTP: NAMED }, networkArgs: NETWORK });
  before(async () => {
    await rig.setUp();
    for (const name of [NAMED, OTHER]) await rig.peers.container(name, scripted("http-server.mjs"));
    await eventually(15, async () => {
      const programs = await execa("bpftool", ["--json", "cgroup", "tree"], { reject: false });
      assert.equal(programs.stdout.match(/"http_(received|sent)"/g)?.length, 2, "on one control group, in and out");
    });
  });
  after(() => rig.remove());

  /** As a container of its own, named by what it does. */
  const ask = async (kind: string, server = NAMED, family: 4 | 6 = 4) => {
    const name = `flowtally-test-http-${kind}-${server === NAMED ? "n" : "o"}${family}`;
    await rig.peers.container(name, scripted("http-client.mjs"), await rig.peers.addressOf(server, family), kind);
    return name;
  };
  /** What a container has asked, by method and code. */
  const counted = async (source: string, metric = "requests") => {
    const series = new RegExp(`^flow_http_${metric}_total\\{source="${source}",(.*)\\} (\\S+)$`, "gm");
    return Object.fromEntries(
      [...(await scrape(rig.exporter.url)).matchAll(series)].map(([, labels = "", value]) => {
        const { destination, port, method, code } =
          labels.match(
            /^destination="(?<destination>.*)",destination_port="(?<port>.*)",method="(?<method>.*)",code="(?<code>.*)"$/,
          )?.groups ?? {};
        assert.equal(`${destination}:${port}`, `${NAMED}:80`);
        return [`${method} ${code}`, Number(value)];
      }),
    );
  };
  const counts = (source: string, expected: Record<string, number>) =>
    eventually(15, async () => assert.deepEqual(await counted(source), expected));

  test("each request of kept connections counts once, by method and code", async () => {
    await counts(await ask("plain"), { "GET 200": 1000, "GET 404": 7, "DELETE 204": 5, "HEAD 200": 3 });
  });

  test("the map has it beside the link that the kernel's own counters make", async () => {
    const source = "flowtally-test-http-plain-n4";
    const { links } = (await (await fetch(`${rig.exporter.url}/api/graph`)).json()) as Graph;
    const link = links.find((one) => one.source === source && one.destination_port === 80);
    assert.deepEqual([link?.destination, link?.origins], [NAMED, ["kernel", "http"]]);
    assert.deepEqual(
      link?.observed.map(({ origin, http }) => [origin, http?.requests, http?.codes]),
      [
        [
          "http",
          1015,
          [
            { name: "200", count: 1003 },
            { name: "404", count: 7 },
            { name: "204", count: 5 },
          ],
        ],
      ],
    );
  });

  test("bodies that look like requests and answers count as neither, nor does an answer ahead of the answer", async () => {
    await counts(await ask("bodies"), { "GET 200": 15, "POST 200": 9, "PUT 200": 6 });
  });

  test("a request whose first line comes in four segments is one, by IPv4 and IPv6", async () => {
    for (const family of [4, 6] as const) await counts(await ask("pieces", NAMED, family), { "PATCH 200": 8 });
  });

  test("after an upgrade nothing counts, nor does what only looks like HTTP from a server that speaks first", async () => {
    const upgraded = await ask("upgrade");
    const other = await ask("other");
    const slow = await ask("slow");
    await counts(slow, { "GET 200": 2 });
    await counts(upgraded, { "GET 101": 1 });
    assert.deepEqual(await counted(other), {});
    const seconds = (await counted(slow, "latency_seconds"))["GET 200"] ?? 0;
    assert.ok(seconds >= 0.6, `two answers that take 0.3 s each began after ${seconds} s`);
  });

  test("what the container asks itself is its own", async () => {
    await execa("docker", ["kill", "--signal", "USR2", NAMED]);
    await counts(NAMED, { "GET 200": 1 });
  });

  test("a container that is not named has no program and no series", async () => {
    const name = await ask("plain", OTHER);
    assert.equal(await scrapeUp(rig.exporter.url, "http"), true);
    assert.deepEqual(await counted(name), {});
    assert.doesNotMatch(await scrape(rig.exporter.url), new RegExp(`flow_http.*destination="${OTHER}"`));
  });

  test("the next container of that name is counted, and the exporter's totals go on", async () => {
    await rig.peers.removeContainer(NAMED);
    await rig.peers.container(NAMED, scripted("http-server.mjs"));
    await eventually(15, async () => {
      await execa("docker", ["kill", "--signal", "USR2", NAMED]);
      assert.ok(((await counted(NAMED))["GET 200"] ?? 0) > 1);
    });
  });

  test("a killed tracer takes its programs away, and the next one counts on", async () => {
    await rig.tracer.kill();
    await rig.startTracer();
    const before = (await counted(NAMED))["GET 200"] ?? 0;
    await eventually(15, async () => {
      await execa("docker", ["kill", "--signal", "USR2", NAMED]);
      assert.ok(((await counted(NAMED))["GET 200"] ?? 0) > before);
    });
    const { stdout } = await execa("bpftool", ["--json", "cgroup", "tree"], { reject: false });
    assert.equal(stdout.match(/"http_(received|sent)"/g)?.length, 2);
  });
});
