import type { Flow } from "../join/flow.ts";
import type { Program } from "../join/program.ts";
import type { EdgeTotal } from "../totals/edge-totals.ts";
import type { Losses } from "../totals/lost-flows.ts";

export interface SourceView {
  readonly name: string;
  /** Undefined while it is not in use. */
  readonly up: boolean | undefined;
  readonly reason: string;
  readonly failures: number;
}

/** All that is shown to the outside, as of now. */
export interface View {
  /** Open ones, and those that ended of late. */
  flows(): Iterable<Flow>;
  edges(): Iterable<EdgeTotal>;
  /** Every BPF program on the host. */
  programs(): Iterable<Program>;
  /** What nothing goes without. */
  tracer: SourceView;
  /** All parts that can fail, the tracer among them. */
  sources: readonly SourceView[];
  /** Of the last cycle. */
  collectSeconds(): number;
  rows(): number;
  lostFlows(): Losses;
  droppedEdges(): number;
  /** Name of this machine. */
  node: string;
  leftOut: Readonly<Record<string, string>>;
  version: string;
  /** Of this process: seconds of CPU and bytes. */
  usage(): { cpuSeconds: number; residentBytes: number };
}
