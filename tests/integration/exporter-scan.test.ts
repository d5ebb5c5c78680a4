import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { type EdgeCounters, scrape, scrapeEdge, scrapeEdges } from "./exporter/scrape.ts";
import { BRIEF_BYTES, briefTalkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const VICTIM = "flowtally-test-scanned";
const OTHER = "flowtally-test-scanned-too";
const SCANNER = "flowtally-test-scanner";
const SERVER = "flowtally-test-served";
/** What a scan of 0.56 s was seen to fill the table with. */
const SCANNED = 2_101;
/** Flows that have ended, as docs/api.md has it. */
const MAX_ENDED = 5_000;
const FIRST_PORT = 20_000;
const PORT = 7371;
/** Fewer than the scans make. */
const FEW_EDGES = 90;
const MAX_PORTS = 64;

/** A scan costs its own edges only: it stays exact, and others have series of their own at once. */
describe("flow-exporter under a port scan", { skip }, () => {
  const rig = new Rig("scan", { keepState: true });
  before(async () => {
    await rig.setUp();
    for (const name of [VICTIM, OTHER, SERVER]) {
      await rig.peers.container(name, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    }
  });
  after(() => rig.remove());

  const scan = async (name: string, victim: string, ports: number) => {
    const address = await rig.peers.addressOf(victim);
    await rig.peers.container(name, [], "scan", address, `${FIRST_PORT}`, `${ports}`);
  };
  const callFrom = async (name: string, count = 3) => {
    const address = await rig.peers.addressOf(SERVER);
    await rig.peers.container(name, [], "brief", address, `${PORT}`, `${count}`, ...BRIEF_BYTES);
  };
  const isExact = (source: string, count = 3) =>
    eventually(15, async () => {
      assert.deepEqual(
        await scrapeEdge(rig.exporter.url, { source, destination: SERVER, port: PORT }),
        briefTalkOn(count),
      );
    });
  const edgesOf = async (source: string) => {
    const edges = await scrapeEdges(rig.exporter.url);
    return [...edges].filter(([key]) => key.startsWith(`source="${source}"`));
  };
  const failures = (edges: [string, EdgeCounters][]) => edges.reduce((sum, [, { failed }]) => sum + failed, 0);

  test("of one destination: its first ports, then all the others as one edge, to the last connect", async (t) => {
    await scan(SCANNER, VICTIM, SCANNED);
    await eventually(15, async () => assert.equal(failures(await edgesOf(SCANNER)), SCANNED));
    const edges = await edgesOf(SCANNER);
    assert.equal(edges.length, MAX_PORTS + 1);
    const many = edges.find(([key]) => key.includes('destination_port="~many"'));
    assert.equal(many?.[1].failed, SCANNED - MAX_PORTS);
    const text = await scrape(rig.exporter.url);
    t.diagnostic(`/metrics has ${text.length} bytes, ${text.match(/^[^#\n]/gm)?.length} series`);
    assert.match(text, /^flow_edges_dropped_total 0$/m);
  });

  test("every failed connect is listed, though as many connections as are kept came after them", async () => {
    await callFrom("flowtally-test-busy", MAX_ENDED);
    await isExact("flowtally-test-busy", MAX_ENDED);
    const response = await fetch(`${rig.exporter.url}/api/flows?state=failed&container=${SCANNER}&limit=1`);
    assert.equal(((await response.json()) as { total: number }).total, SCANNED);
  });

  test("goes on with narrower limits: a full table has room for a container that was never seen, at once", async () => {
    await rig.exporter.stop();
    await rig.startExporter({ maxEdges: FEW_EDGES });
    await scan(`${SCANNER}-2`, OTHER, SCANNED);
    await eventually(15, async () => {
      const dropped = Number((await scrape(rig.exporter.url)).match(/^flow_edges_dropped_total (\d+)$/m)?.[1]);
      assert.ok(dropped > 0, "the table is full");
    });
    await callFrom("flowtally-test-honest");
    await isExact("flowtally-test-honest");
    const edges = await scrapeEdges(rig.exporter.url);
    assert.ok(edges.size <= FEW_EDGES * 1.1 + 2, `${edges.size} edges`);
  });

  test("goes on after the next restart, and nobody's edge is lost", async () => {
    await rig.exporter.stop();
    await rig.startExporter({ maxEdges: FEW_EDGES });
    await isExact("flowtally-test-honest");
    await callFrom("flowtally-test-honest-2");
    await isExact("flowtally-test-honest-2");
    const edges = await scrapeEdges(rig.exporter.url);
    assert.ok(edges.size <= FEW_EDGES * 1.1 + 2, `${edges.size} edges`);
  });

  test("no failed connect is lost or counted twice on the way", async () => {
    const text = await scrape(rig.exporter.url);
    const [, departed] = text.match(/^flow_departed_connections_failed\{protocol="tcp"\} (\d+)$/m) ?? [];
    const scanned = Number(departed) + failures([...(await scrapeEdges(rig.exporter.url))]);
    // This machine may have a few of its own.
    assert.ok(scanned >= 2 * SCANNED && scanned < 2 * SCANNED + 100, `${scanned} failed connects`);
  });
});
