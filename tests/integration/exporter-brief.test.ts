import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { FlowsPage } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { type EdgeName, scrape, scrapeEdge } from "./exporter/scrape.ts";
import { BRIEF_BYTES, BRIEF_REQUEST, BRIEF_RESPONSE, briefTalkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-answer";
const PORT = 7301;

/** Flows that open and close between two reads, and exporters that are killed between two of them. */
describe("flow-exporter and brief flows", { skip }, () => {
  const rig = new Rig("brief", { keepState: true });
  let server: string;
  before(async () => {
    await rig.setUp();
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    server = await rig.peers.addressOf(SERVER);
  });
  after(() => rig.remove());

  const brief = (count: number, port = PORT) => ["brief", server, `${port}`, `${count}`, ...BRIEF_BYTES];
  const edge = (source: string, values: Partial<EdgeName> = {}) =>
    scrapeEdge(rig.exporter.url, { source, destination: SERVER, port: PORT, ...values });

  const unseen = async () => Number((await scrape(rig.exporter.url)).match(/^flow_unseen_seconds_total (\S+)$/m)?.[1]);

  /** 20,000 connections, while the tracer is ended and the next one comes a moment later. */
  const talkWhile = async (name: string, endTracer: () => Promise<unknown>) => {
    const talking = rig.peers.container(name, [], ...brief(20_000));
    await sleep(1_500);
    await endTracer();
    await sleep(1_500);
    await rig.startTracer();
    await talking;
  };

  test("20,000 connections count once each, to the byte", async () => {
    await rig.peers.container("flowtally-test-many", [], ...brief(20_000));
    await eventually(15, async () => assert.deepEqual(await edge("flowtally-test-many"), briefTalkOn(20_000)));
  });

  test("exporters killed while connections come and go lose none of them, and count none twice", async () => {
    const name = "flowtally-test-killed";
    const talking = rig.peers.container(name, [], ...brief(20_000));
    for (const pause of [700, 1_900, 300]) {
      await sleep(pause);
      await rig.exporter.kill();
      await rig.startExporter();
    }
    await talking;
    await eventually(20, async () => assert.deepEqual(await edge(name), briefTalkOn(20_000)));
    assert.deepEqual(await edge("flowtally-test-many"), briefTalkOn(20_000));
  });

  test("a container that is gone as soon as it has spoken keeps its name", async () => {
    const names = Array.from({ length: 10 }, (_, number) => `flowtally-test-gone-${number}`);
    for (const name of names) await rig.peers.container(name, ["--rm"], ...brief(3));
    await eventually(15, async () => {
      for (const name of names) assert.deepEqual(await edge(name), briefTalkOn(3), name);
    });
    assert.doesNotMatch(
      await scrape(rig.exporter.url),
      /source="container\/[^"]+",destination="flowtally-test-answer"/,
    );
  });

  test("a refused connect is a failed one, and nothing else", async () => {
    const name = "flowtally-test-refused";
    await assert.rejects(rig.peers.container(name, [], ...brief(1, 7399)), /Connection refused/);
    await eventually(15, async () => {
      const counters = await edge(name, { port: 7399 });
      assert.deepEqual(counters, { sent: 0, received: 0, open: 0, opened: 0, closed: 0, failed: 1 });
    });
    const { flows } = (await (
      await fetch(`${rig.exporter.url}/api/flows?state=failed&container=${name}`)
    ).json()) as FlowsPage;
    assert.deepEqual(
      flows.map(({ error }) => error),
      ["ECONNREFUSED"],
    );
  });

  test("datagrams count as they were sent, and a name looked up is an edge to Docker's resolver", async () => {
    const [ears, mouth] = ["flowtally-test-hear", "flowtally-test-ask"];
    await rig.peers.container(ears, [], "hear", "7302");
    await rig.peers.container(mouth, [], "ask", await rig.peers.addressOf(ears), "7302", "50", "600");
    await eventually(15, async () => {
      const counters = await edge(mouth, { destination: ears, port: 7302, protocol: "udp" });
      assert.deepEqual([counters?.sent, counters?.received], [50 * 600, 50 * 300]);
    });
    assert.equal(await edge(ears, { destination: mouth, port: 7302, protocol: "udp" }), undefined);
  });

  test("a container that is replaced under its name goes on with its total", async () => {
    const name = "flowtally-test-replaced";
    for (const count of [1, 2, 3]) {
      await rig.peers.container(name, [], ...brief(100));
      await eventually(15, async () => assert.deepEqual(await edge(name), briefTalkOn(100 * count)));
      await rig.peers.removeContainer(name);
    }
  });

  test("a killed tracer and the next one leave the totals as they were, and go on", async () => {
    const before = await edge("flowtally-test-many");
    await rig.tracer.kill();
    await rig.startTracer();
    await rig.peers.container("flowtally-test-next", [], ...brief(100));
    await eventually(15, async () => assert.deepEqual(await edge("flowtally-test-next"), briefTalkOn(100)));
    assert.deepEqual(await edge("flowtally-test-many"), before);
  });

  test("a tracer killed while connections come and go loses none of them, and no time counts as unseen", async () => {
    const name = "flowtally-test-unharmed";
    const unseenBefore = await unseen();
    await talkWhile(name, () => rig.tracer.kill());
    await eventually(20, async () => assert.deepEqual(await edge(name), briefTalkOn(20_000)));
    assert.equal(await unseen(), unseenBefore);
  });

  test("a tracer stopped while connections come and go: none counts twice, and the time nobody watched is counted", async () => {
    const name = "flowtally-test-unwatched";
    const unseenBefore = await unseen();
    await talkWhile(name, () => rig.tracer.stop());
    await rig.peers.container("flowtally-test-after", [], ...brief(100));
    await eventually(15, async () => assert.deepEqual(await edge("flowtally-test-after"), briefTalkOn(100)));
    const { sent = 0, received = 0, open, opened = 0, closed = 0, failed } = (await edge(name)) ?? {};
    assert.ok(opened > 0 && closed <= opened && opened <= 20_000, `${opened} opened, ${closed} closed`);
    assert.ok(
      sent <= opened * BRIEF_REQUEST && received <= opened * BRIEF_RESPONSE,
      `${sent} sent, ${received} received`,
    );
    assert.ok(
      sent >= closed * BRIEF_REQUEST && received >= closed * BRIEF_RESPONSE,
      `${sent} sent, ${received} received`,
    );
    assert.deepEqual([open, failed], [0, 0]);
    assert.ok((await unseen()) > unseenBefore + 1, "more seconds unseen");
  });

  test("where both end, as with the engine that ran them, the time until the next tracer is counted as well", async () => {
    const unseenBefore = await unseen();
    await rig.exporter.kill();
    await rig.tracer.stop();
    await sleep(3_000);
    await rig.startTracer();
    await rig.startExporter();
    const counted = await eventually(10, async () => {
      const seconds = (await unseen()) - unseenBefore;
      assert.ok(seconds > 3, `${seconds} seconds unseen`);
      return seconds;
    });
    assert.ok(counted < 20, `${counted} seconds unseen, of 3 and the ten between two writes`);
  });

  test("what BPF programs cost is reported for every program on the host", async () => {
    const { stdout } = await execa("bpftool", ["--json", "prog", "show"]);
    const ids = (JSON.parse(stdout) as { id: number }[]).map(({ id }) => `${id}`);
    await eventually(15, async () => {
      const text = await scrape(rig.exporter.url);
      const known = new Set([...text.matchAll(/^ebpf_program_runs_total\{id="(\d+)"/gm)].map((match) => match[1]));
      const missing = ids.filter((id) => !known.has(id));
      assert.deepEqual(missing, []);
    });
  });
});
