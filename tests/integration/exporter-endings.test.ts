import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { type EdgeCounters, type EdgeName, scrapeEdge } from "./exporter/scrape.ts";
import { BYTES, talkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const FOUR = "flowtally-test-four";
const BOTH = "flowtally-test-both";
const LATE = "flowtally-test-late";
const PORT = 7361;
const COUNT = 11;
const EXPECTED = { ...talkOn(COUNT), open: 0, closed: COUNT };
const FAILED: EdgeCounters = { sent: 0, received: 0, open: 0, opened: 0, closed: 0, failed: 1 };
/** More than a receive window that nobody reads from takes in: the rest is sent after its process has ended. */
const ORPHANED = 3_000_017;

/** Each address family, and each way a connection ends, down to the counters. */
describe("flow-exporter, addresses and endings", { skip }, () => {
  const rig = new Rig("endings", { networkArgs: ["--ipv6", "--subnet", "fd7a:11b7:c0de::/64"] });
  before(async () => {
    await rig.setUp();
    await rig.peers.container(FOUR, [], "answer", `${PORT}`, ...BYTES);
    await rig.peers.container(BOTH, ["--publish=7362:7361"], "answer6", `${PORT}`, ...BYTES);
    await rig.peers.container(LATE, [], "late", "1500", `${PORT}`);
  });
  after(() => rig.remove());

  const brief = (address: string, port = PORT, count = COUNT) => ["brief", address, `${port}`, `${count}`, ...BYTES];
  const becomes = async (edge: Omit<EdgeName, "port">, expected: EdgeCounters, port = PORT) => {
    await eventually(15, async () => assert.deepEqual(await scrapeEdge(rig.exporter.url, { port, ...edge }), expected));
  };
  /** What /api/flows has about the flows of `source`. */
  const fieldsOf = async <Field extends string>(source: string, ...fields: Field[]) => {
    const response = await fetch(`${rig.exporter.url}/api/flows?container=${source}`);
    const { flows } = (await response.json()) as { flows: Record<Field, unknown>[] };
    return flows.map((flow) => fields.map((field) => flow[field]));
  };

  test("IPv6 between containers", async () => {
    const source = "flowtally-test-six";
    const address = await rig.peers.addressOf(BOTH, 6);
    await rig.peers.container(source, [], ...brief(address));
    await becomes({ source, destination: BOTH }, EXPECTED);
    const [ends = []] = await fieldsOf(source, "source_address", "destination_address");
    assert.match(`${ends[0]}`, /^fd7a:11b7:c0de::/);
    assert.equal(ends[1], address);
  });

  test("an IPv4 caller of a socket that has IPv6 addresses: mapped on the server's side", async () => {
    const source = "flowtally-test-to-mapped";
    await rig.peers.container(source, [], ...brief(await rig.peers.addressOf(BOTH)));
    await becomes({ source, destination: BOTH }, EXPECTED);
  });

  test("a mapped address that is called", async () => {
    const source = "flowtally-test-mapped";
    await rig.peers.container(source, [], ...brief(`::ffff:${await rig.peers.addressOf(FOUR)}`));
    await becomes({ source, destination: FOUR }, EXPECTED);
  });

  test("IPv6 loopback of the host, through Docker's proxy, to a container that is reached by IPv4", async () => {
    await rig.peers.process("six-proxy", brief("::1", 7362));
    await becomes({ source: "host/six-proxy", destination: BOTH }, EXPECTED);
  });

  test("connections that are reset have closed, with all their bytes", async () => {
    const source = "flowtally-test-reset";
    await rig.peers.container(source, [], "reset", await rig.peers.addressOf(FOUR), `${PORT}`, `${COUNT}`, ...BYTES);
    await becomes({ source, destination: FOUR }, EXPECTED);
  });

  for (const family of [4, 6] as const) {
    test(`a refused connect over IPv${family} is a failed one, and says why`, async () => {
      const source = `flowtally-test-refused-${family}`;
      const address = await rig.peers.addressOf(BOTH, family);
      await assert.rejects(rig.peers.container(source, [], ...brief(address, 7399, 1)), /Connection refused/);
      await becomes({ source, destination: BOTH }, FAILED, 7399);
      assert.deepEqual(await fieldsOf(source, "error", "failed"), [["ECONNREFUSED", true]]);
    });
  }

  test("a connect to where nobody is fails, towards the world", async () => {
    const source = "flowtally-test-nobody";
    const nobody = (await rig.peers.addressOf(FOUR)).replace(/\d+$/, "250");
    await assert.rejects(rig.peers.container(source, [], ...brief(nobody, PORT, 1)), /No route to host/);
    await becomes({ source, destination: "world" }, FAILED);
    assert.deepEqual(await fieldsOf(source, "error", "failed"), [["EHOSTUNREACH", true]]);
  });

  test("what is still to be sent when its process ends counts, under its process's name", async () => {
    await rig.peers.process("orphan", ["orphan", await rig.peers.addressOf(LATE), `${PORT}`, `${ORPHANED}`]);
    const expected = { ...EXPECTED, sent: ORPHANED, received: 0, opened: 1, closed: 1 };
    await becomes({ source: "host/orphan", destination: LATE }, expected);
  });
});
