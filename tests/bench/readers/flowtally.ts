import type { DockerReader } from "../../../exporters/flow-exporter/metadata/docker/reader.ts";
import { createHost } from "../../../exporters/flow-exporter/metadata/host/host.ts";
import { createPipeline } from "../../../exporters/flow-exporter/pipeline.ts";
import { createTracer } from "../../../exporters/flow-exporter/sources/kernel/pins/tracer.ts";
import { timed } from "../lib/timed.ts";

/** Milliseconds of one cycle of the exporter, by what they went to. */
export interface Cycle {
  rows: number;
  /** Pins `snapshot` and `live`. */
  read: number;
  /** Every row checked, what is new decoded; owners, edges and totals. */
  join: number;
  /** All other pins, and what is made of them. */
  others: number;
}

const MAX_EDGES = 2_000;
const QUIET = { info: () => {}, warn: () => {} };
const NO_DOCKER: DockerReader = { list: async () => [], overlays: async () => [], watch: async () => {} };

/** The exporter's own cycle in this process, one call at a time, with its times. Docker is left out. */
export function createCycles(pins: string): () => Cycle {
  const spent = new Map<string, number>();
  const tracer = timeCalls(createTracer(pins), spent);
  const limits = { maxEdges: MAX_EDGES, maxPorts: MAX_EDGES };
  const { collector, source, healths } = createPipeline(
    { tracer, docker: NO_DOCKER, host: createHost("/proc") },
    { limits, udp: false, ownPid: process.pid, onClockStep: () => {} },
    QUIET,
  );
  for (let pass = 0; pass < 2; pass++) collector.maintain();
  return () => {
    spent.clear();
    const whole = timed(() => collector.collect()).ms;
    if (!healths.tracer.up) throw new Error(`the exporter could not read: ${healths.tracer.reason}`);
    const read = spent.get("flows") ?? 0;
    const others = [...spent.values()].reduce((sum, ms) => sum + ms, 0) - read;
    return { rows: source.rows, read, join: whole - read - others, others };
  };
}

/** The same object; the milliseconds of each call are added up under its name. */
function timeCalls<T extends object>(target: T, spent: Map<string, number>): T {
  return new Proxy(target, {
    get: (object, name) => {
      const method: unknown = Reflect.get(object, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        const { ms, value } = timed<unknown>(() => Reflect.apply(method, object, args));
        spent.set(String(name), (spent.get(String(name)) ?? 0) + ms);
        return value;
      };
    },
  });
}
