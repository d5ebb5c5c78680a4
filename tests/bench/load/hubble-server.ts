import { monitorEventLoopDelay } from "node:perf_hooks";
import { argv } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { HubbleOutput } from "../../../exporters/flow-exporter/hubble-thread.ts";
import { createEdge } from "../../../exporters/flow-exporter/model/edge.ts";
import { createEndpoint } from "../../../exporters/flow-exporter/model/endpoint.ts";
import type { FlowRecord } from "../../../exporters/flow-exporter/model/flow-record.ts";
import { HubbleFeed } from "../../../exporters/flow-exporter/outputs/hubble/feed.ts";
import { flowRecord } from "../../unit/flow-exporter/lib/flow-record.ts";

// The part of an exporter that serves Hubble's clients, and flows of its own: `hubble-server.ts EVENTS SECONDS`, half of them of flows
// that begin and half of flows that end, a cycle's worth each second. Answers where it listens, then at a message starts, and
// answers with what it took.

/** What serving took, from the first event to the last. */
export interface Served {
  events: number;
  seconds: number;
  /** Of both threads. */
  cpuSeconds: number;
  /** At the most, and before. */
  rssBytes: { idle: number; most: number };
  /** The longest that the main thread held up anything else. */
  longestMs: number;
}

const CYCLE_MS = 1_000;
const CONTAINERS = 50;

const [perSecond = 0, seconds = 0] = argv.slice(2).map(Number);
const endpoints = Array.from({ length: CONTAINERS }, (_, number) => ({
  ...createEndpoint(`shop-web-${number}`, "container"),
  composeProject: "shop",
  composeService: `web-${number % 10}`,
}));
const edges = endpoints.map((source, at) =>
  createEdge(source, endpoints[(at + 1) % CONTAINERS] ?? source, 8080, "tcp"),
);
const nowNs = () => performance.now() * 1e6;
const feed = new HubbleFeed({
  records: () => [],
  namespaces: () => ["shop"],
  origin: () => ({ node: "bench", bootMs: performance.timeOrigin }),
  nowNs,
  count: undefined,
});
const quiet = { info: () => {}, warn: () => {} };
const output = new HubbleOutput(feed, quiet);
const stopped = new AbortController();
const nobody = { tls: undefined, peers: [], advertise: undefined };
output.serve({ host: "127.0.0.1", port: 0, node: "bench", version: "bench", ...nobody }, stopped.signal);
while (output.port === 0) await sleep(20);
process.send?.(output.port);

let made = 0;

function record(ended: boolean): FlowRecord {
  made += 1;
  const startNs = nowNs() - 5e8;
  return flowRecord({
    edge: edges[made % CONTAINERS] as FlowRecord["edge"],
    sourcePort: 10_000 + (made % 50_000),
    startNs: startNs + made,
    open: !ended,
    endNs: ended ? startNs + 4e8 : 0,
    seen: "both",
  });
}

function cycle(): void {
  for (let at = 0; at < (perSecond * CYCLE_MS) / 2_000; at++) {
    feed.onOpened(() => record(false));
    feed.onEnded(record(true));
  }
  feed.endCycle();
}

process.once("message", async () => {
  const idle = process.memoryUsage.rss();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  let most = idle;
  for (let at = 1; at <= (seconds * 1_000) / CYCLE_MS; at++) {
    cycle();
    await sleep(Math.max(0, start + at * CYCLE_MS - performance.now()));
    most = Math.max(most, process.memoryUsage.rss());
  }
  const { user, system } = process.cpuUsage(cpu);
  const took = (performance.now() - start) / 1_000;
  const served: Served = {
    events: feed.seen,
    seconds: took,
    cpuSeconds: (user + system) / 1e6,
    rssBytes: { idle, most },
    longestMs: delay.max / 1e6,
  };
  process.send?.(served);
});
process.once("disconnect", () => {
  stopped.abort();
  process.exit();
});
