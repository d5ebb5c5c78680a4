import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { STATUS } from "../../../exporters/flow-exporter/decode/layout.ts";
import { createHost } from "../../../exporters/flow-exporter/read/host.ts";
import { statusRow } from "../../unit/flow-exporter/lib/rows.ts";

const FLAGS = STATUS.processes | STATUS.owners | STATUS.programs;
const BEAT_MS = 500;

/** Signs of life in a folder that stands for a tracer's pins. */
export interface Heart {
  /** From now on the status says this as well. */
  tell(values: Record<string, number>): void;
  stop(): void;
}

export async function startHeart(pins: string): Promise<Heart> {
  let told: Record<string, number> = {};
  const beat = async () => {
    const heartbeat = BigInt(Math.floor(createHost("/proc").bootTimeNs()));
    await writeFile(path.join(pins, "status.new"), statusRow({ ...told, heartbeat_ns: heartbeat, flags: FLAGS }));
    await rename(path.join(pins, "status.new"), path.join(pins, "status"));
  };
  await beat();
  const timer = setInterval(() => void beat(), BEAT_MS);
  return {
    tell: (values) => {
      told = values;
    },
    stop: () => clearInterval(timer),
  };
}
