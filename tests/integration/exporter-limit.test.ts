import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { type EdgeCounters, scrape, scrapeEdge, scrapeEdges } from "./exporter/scrape.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-full";
const PORTS = [7391, 7392, 7393] as const;
const MAX_EDGES = 1;
const COUNT = 5;
const REQUEST = 200_003;
const RESPONSE = 1009;
const BYTES = [`${REQUEST}`, `${RESPONSE}`];
const OTHER = { source: "~other", destination: "~other", port: 0 };
/** Sent over all edges beyond the limit, by the peers; this machine may say a little more. */
const MIN_SENT = (PORTS.length - MAX_EDGES) * COUNT * REQUEST;

/** More edges than the exporter may have, all in use: none is dropped in silence. */
describe("flow-exporter at its limit of edges", { skip }, () => {
  const rig = new Rig("limit", { keepState: true, maxEdges: MAX_EDGES });
  before(async () => {
    await rig.setUp();
    for (const port of PORTS) await rig.peers.container(`${SERVER}-${port}`, [], "serve", `${port}`, ...BYTES);
    for (const port of PORTS) {
      const address = await rig.peers.addressOf(`${SERVER}-${port}`);
      await rig.peers.process(`limited-${port}`, ["call", address, `${port}`, `${COUNT}`, ...BYTES]);
    }
  });
  after(() => rig.remove());

  const dropped = async () => Number((await scrape(rig.exporter.url)).match(/^flow_edges_dropped_total (\d+)$/m)?.[1]);
  const isCounted = async () => {
    const other = await scrapeEdge(rig.exporter.url, OTHER);
    assert.ok(other && other.sent >= MIN_SENT, `${other?.sent} bytes sent under ~other`);
    assert.ok(other.opened >= (PORTS.length - MAX_EDGES) * COUNT, `${other.opened} connections under ~other`);
    return other;
  };

  test("what is beyond it counts under ~other, and as dropped", async () => {
    await eventually(15, isCounted);
    const named = [...(await scrapeEdges(rig.exporter.url)).keys()].filter((key) => !key.includes("~other"));
    const leaving = 1;
    assert.ok(named.length <= MAX_EDGES + leaving, named.join());
    assert.ok((await dropped()) >= PORTS.length - MAX_EDGES);
  });

  test("neither goes down when the exporter starts anew, nor when the tracer does", async () => {
    let [other, before] = [await isCounted(), await dropped()];
    const hasNotGoneDown = async () => {
      await eventually(15, async () => {
        const [now, droppedNow] = [await isCounted(), await dropped()];
        for (const counter of ["sent", "received", "opened", "closed", "failed"] satisfies (keyof EdgeCounters)[]) {
          assert.ok(now[counter] >= other[counter], `${counter}: ${now[counter]} after ${other[counter]}`);
        }
        assert.ok(droppedNow >= before, `${droppedNow} dropped after ${before}`);
        [other, before] = [now, droppedNow];
      });
    };
    await rig.exporter.stop();
    await rig.startExporter();
    await hasNotGoneDown();
    await rig.tracer.stop();
    await rig.startTracer();
    await hasNotGoneDown();
  });
});
