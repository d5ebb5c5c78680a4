import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createPeers, type Peers } from "./exporter/peers.ts";
import { exporterLacks } from "./exporter/requirements.ts";
import { type EdgeCounters, type EdgeName, scrapeEdge } from "./exporter/scrape.ts";
import { BYTES, talkOn } from "./exporter/talk.ts";
import { type RunningExporter, startExporter } from "./exporter/unprivileged.ts";
import { eventually } from "./lib/eventually.ts";
import { buildTracer, startTracer, type Tracer } from "./lib/tracer.ts";

const FOUR = "flowtally-test-four";
const BOTH = "flowtally-test-both";
const LATE = "flowtally-test-late";
const PORT = 7361;
const COUNT = 11;
const EXPECTED = { ...talkOn(COUNT), open: 0, closed: COUNT };
const FAILED: EdgeCounters = { sent: 0, received: 0, open: 0, opened: 0, closed: 0, failed: 1 };
/** More than a receive window that nobody reads from takes in: the rest is sent after its process has ended. */
const ORPHANED = 3_000_017;

const lacks = await exporterLacks();

/** Each address family, and each way a connection ends, down to the counters. */
describe("flow-exporter, addresses and endings", { skip: lacks ?? false }, () => {
  let tracer: Tracer;
  let exporter: RunningExporter;
  let peers: Peers;
  before(async () => {
    await buildTracer();
    tracer = await startTracer("endings");
    exporter = await startExporter(tracer.pins);
    peers = await createPeers(["--ipv6", "--subnet", "fd7a:11b7:c0de::/64"]);
    await peers.container(FOUR, [], "answer", `${PORT}`, ...BYTES);
    await peers.container(BOTH, ["--publish=7362:7361"], "answer6", `${PORT}`, ...BYTES);
    await peers.container(LATE, [], "late", "1500", `${PORT}`);
  });
  after(async () => {
    await peers?.removeAll();
    await exporter?.stop();
    await tracer?.stop();
  });

  const brief = (address: string, port = PORT, count = COUNT) => ["brief", address, `${port}`, `${count}`, ...BYTES];
  const becomes = async (edge: Omit<EdgeName, "port">, expected: EdgeCounters, port = PORT) => {
    await eventually(15, async () => assert.deepEqual(await scrapeEdge(exporter.url, { port, ...edge }), expected));
  };
  /** What /api/flows tells about the flows of `source`. */
  const tell = async <Field extends string>(source: string, ...fields: Field[]) => {
    const response = await fetch(`${exporter.url}/api/flows?container=${source}`);
    const { flows } = (await response.json()) as { flows: Record<Field, unknown>[] };
    return flows.map((flow) => fields.map((field) => flow[field]));
  };

  test("IPv6 between containers", async () => {
    const source = "flowtally-test-six";
    const address = await peers.addressOf(BOTH, 6);
    await peers.container(source, [], ...brief(address));
    await becomes({ source, destination: BOTH }, EXPECTED);
    const [ends = []] = await tell(source, "source_address", "destination_address");
    assert.match(`${ends[0]}`, /^fd7a:11b7:c0de::/);
    assert.equal(ends[1], address);
  });

  test("an IPv4 caller of a socket that has IPv6 addresses: mapped on the server's side", async () => {
    const source = "flowtally-test-to-mapped";
    await peers.container(source, [], ...brief(await peers.addressOf(BOTH)));
    await becomes({ source, destination: BOTH }, EXPECTED);
  });

  test("a mapped address that is called", async () => {
    const source = "flowtally-test-mapped";
    await peers.container(source, [], ...brief(`::ffff:${await peers.addressOf(FOUR)}`));
    await becomes({ source, destination: FOUR }, EXPECTED);
  });

  test("IPv6 loopback of the host, through Docker's proxy, to a container that is reached by IPv4", async () => {
    await peers.process("six-proxy", brief("::1", 7362));
    await becomes({ source: "host/six-proxy", destination: BOTH }, EXPECTED);
  });

  test("connections that are reset have closed, with all their bytes", async () => {
    const source = "flowtally-test-reset";
    await peers.container(source, [], "reset", await peers.addressOf(FOUR), `${PORT}`, `${COUNT}`, ...BYTES);
    await becomes({ source, destination: FOUR }, EXPECTED);
  });

  for (const family of [4, 6] as const) {
    test(`a refused connect over IPv${family} is a failed one, and tells why`, async () => {
      const source = `flowtally-test-refused-${family}`;
      const address = await peers.addressOf(BOTH, family);
      await assert.rejects(peers.container(source, [], ...brief(address, 7399, 1)), /Connection refused/);
      await becomes({ source, destination: BOTH }, FAILED, 7399);
      assert.deepEqual(await tell(source, "error", "failed"), [["ECONNREFUSED", true]]);
    });
  }

  test("a connect to where nobody is fails, towards the world", async () => {
    const source = "flowtally-test-nobody";
    const nobody = (await peers.addressOf(FOUR)).replace(/\d+$/, "250");
    await assert.rejects(peers.container(source, [], ...brief(nobody, PORT, 1)), /No route to host/);
    await becomes({ source, destination: "world" }, FAILED);
    assert.deepEqual(await tell(source, "error", "failed"), [["EHOSTUNREACH", true]]);
  });

  test("what is still to be sent when its process ends counts, under its process's name", async () => {
    await peers.process("orphan", ["orphan", await peers.addressOf(LATE), `${PORT}`, `${ORPHANED}`]);
    const expected = { ...EXPECTED, sent: ORPHANED, received: 0, opened: 1, closed: 1 };
    await becomes({ source: "host/orphan", destination: LATE }, expected);
  });
});
