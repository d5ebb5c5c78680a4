import type Docker from "dockerode";
import type { Host } from "../lib/host.ts";
import type { Bounds } from "./bounds.ts";
import type { Phase } from "./phases.ts";

/** What a number counts, which decides how it is written. */
export type Unit = "per second" | "cores" | "bytes" | "bytes per second" | "seconds";

/** Something to look at before, during and after a load. */
export interface Measure {
  title: string;
  unit: Unit;
  /** A counter is shown as its rate, a gauge as the highest it was. */
  kind: "counter" | "gauge";
  /** In Prometheus; several series are added up. */
  selector: string;
  /** Another counter, by whose rise this one's is divided: time per request. */
  per?: string;
  /** By how much the load must raise it, in its unit. Without: shown, but no proof. */
  least?: number;
}

/** What a load is given to work with. */
export interface Bench {
  host: Host;
  docker: Docker;
  /** Of the stack that it is seen in. */
  project: string;
  /** Has Node as /bin/node. */
  image: string;
  bounds: Bounds;
  signal: AbortSignal;
}

/** What a load says it has done, to be compared with what was counted. */
export interface Made {
  connections: number;
  sentBytes: number;
}

/** A load that has come to its end. */
export interface Loaded {
  /** From its first to its last moment, without making its containers. */
  span: Phase;
  made?: Made;
}

/** One kind of load. */
export interface Lab {
  /** What it does, in a line. */
  about(bounds: Bounds): string;
  /** Whether stress-ng has to be on this machine. */
  stressNg: boolean;
  /** Prometheus targets it is seen through. */
  jobs: readonly string[];
  /** A shorter one might not be seen. */
  leastSeconds?: number;
  measures(bounds: Bounds): readonly Measure[];
  /** Runs the load to its end. */
  run(bench: Bench, seconds: number): Promise<Loaded>;
}
