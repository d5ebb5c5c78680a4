import type { Sample } from "../../../exporters/flow-exporter/dataset/recorded.ts";
import type { Groups } from "./groups.ts";
import type { Disk, Roots } from "./host-counters.ts";

/** What the sampling thread is started with. */
export interface SamplerSettings {
  everyMs: number;
  roots: Roots;
  disks: readonly Disk[];
  pageBytes: number;
  countsDisks: boolean;
  /** What the machine has slept since it booted. */
  sleptNs: number;
}

export type ToSampler =
  | { kind: "add"; containerId: string; groups: Groups }
  | { kind: "remove"; containerId: string }
  | { kind: "stop" };

export type FromSampler =
  | { kind: "samples"; samples: Sample[] }
  /** A container whose counters cannot be read, or no more. */
  | { kind: "unreadable"; containerId: string; reason: string };
