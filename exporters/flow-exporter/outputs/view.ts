import type { Flow } from "../join/flow.ts";
import type { EdgeTotal } from "../totals/edge-totals.ts";

export interface SourceView {
  readonly name: string;
  readonly up: boolean | undefined;
  readonly reason: string;
  readonly failures: number;
}

/** All that is shown to the outside, as of now. */
export interface View {
  flows(): Iterable<Flow>;
  edges(): Iterable<EdgeTotal>;
  tracer: SourceView;
  docker: SourceView;
  /** Of the last cycle. */
  collectSeconds(): number;
  rows(): number;
  lostFlows(): number;
  droppedEdges(): number;
  /** Name of this machine. */
  node: string;
  leftOut: Readonly<Record<string, string>>;
  version: string;
  /** Of this process: seconds of CPU and bytes. */
  usage(): { cpuSeconds: number; residentBytes: number };
}
