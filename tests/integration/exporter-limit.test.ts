import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { createPeers, type Peers } from "./exporter/peers.ts";
import { exporterLacks } from "./exporter/requirements.ts";
import { type EdgeCounters, scrape, scrapeEdge, scrapeEdges } from "./exporter/scrape.ts";
import { type RunningExporter, startExporter } from "./exporter/unprivileged.ts";
import { eventually } from "./lib/eventually.ts";
import { buildTracer, startTracer, type Tracer } from "./lib/tracer.ts";

const SERVER = "flowtally-test-full";
const PORTS = [7391, 7392, 7393] as const;
const MAX_EDGES = 1;
const COUNT = 5;
const REQUEST = 200_003;
const RESPONSE = 1009;
const BYTES = [`${REQUEST}`, `${RESPONSE}`];
const OTHER = { source: "~other", destination: "~other", port: 0 };
/** Sent over all edges beyond the limit, by the peers; this machine may say a little more. */
const LEAST_SENT = (PORTS.length - MAX_EDGES) * COUNT * REQUEST;

const lacks = await exporterLacks();

/** More edges than the exporter may have: none is dropped in silence. */
describe("flow-exporter at its limit of edges", { skip: lacks ?? false }, () => {
  let tracer: Tracer;
  let exporter: RunningExporter;
  let peers: Peers;
  let state: string;
  before(async () => {
    await buildTracer();
    tracer = await startTracer("limit");
    state = await mkdtemp(path.join(tmpdir(), "flowtally-state-"));
    await chmod(state, 0o777);
    exporter = await startExporter(tracer.pins, { state, maxEdges: MAX_EDGES });
    peers = await createPeers();
    for (const port of PORTS) await peers.container(`${SERVER}-${port}`, [], "answer", `${port}`, ...BYTES);
    for (const port of PORTS) {
      const address = await peers.addressOf(`${SERVER}-${port}`);
      await peers.process(`limited-${port}`, ["brief", address, `${port}`, `${COUNT}`, ...BYTES]);
    }
  });
  after(async () => {
    await peers?.removeAll();
    await exporter?.stop();
    await tracer?.stop();
    if (state) await rm(state, { recursive: true });
  });

  const dropped = async () => Number((await scrape(exporter.url)).match(/^flow_edges_dropped_total (\d+)$/m)?.[1]);
  const isCounted = async () => {
    const other = await scrapeEdge(exporter.url, OTHER);
    assert.ok(other && other.sent >= LEAST_SENT, `${other?.sent} bytes sent under ~other`);
    assert.ok(other.opened >= (PORTS.length - MAX_EDGES) * COUNT, `${other.opened} connections under ~other`);
    return other;
  };

  test("what is beyond it counts under ~other, and as dropped", async () => {
    await eventually(15, isCounted);
    const named = [...(await scrapeEdges(exporter.url)).keys()].filter((key) => !key.includes("~other"));
    assert.equal(named.length, MAX_EDGES, named.join());
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
    await exporter.stop();
    exporter = await startExporter(tracer.pins, { state, maxEdges: MAX_EDGES });
    await hasNotGoneDown();
    await tracer.stop();
    tracer = await startTracer("limit");
    await hasNotGoneDown();
  });
});
