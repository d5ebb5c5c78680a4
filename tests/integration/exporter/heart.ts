import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createHost } from "../../../exporters/flow-exporter/metadata/host/host.ts";
import { STATUS } from "../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { statusRow } from "../../unit/flow-exporter/lib/rows.ts";

const FLAGS = STATUS.processes | STATUS.owners | STATUS.programs;
const BEAT_MS = 500;

/** Signs of life in a folder that stands for a tracer's pins. */
export interface Heart {
  /** From now on the status says this as well. */
  set(values: Record<string, number>): void;
  stop(): void;
}

/** `values`: what the status says besides, or instead. */
export function startHeart(pins: string, values: Record<string, number> = {}): Heart {
  let more = values;
  const beat = () => {
    const heartbeat = BigInt(Math.floor(createHost("/proc").bootTimeNs()));
    writeFileSync(path.join(pins, "status.new"), statusRow({ flags: FLAGS, ...more, heartbeat_ns: heartbeat }));
    renameSync(path.join(pins, "status.new"), path.join(pins, "status"));
  };
  beat();
  const timer = setInterval(beat, BEAT_MS);
  return {
    set: (values) => {
      more = values;
    },
    stop: () => clearInterval(timer),
  };
}
