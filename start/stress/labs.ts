import { UsageError } from "../errors.ts";
import { closest } from "../settings/nearest.ts";
import type { Lab } from "./lab.ts";
import { cpu } from "./labs/cpu.ts";
import { disk } from "./labs/disk.ts";
import { flows } from "./labs/flows.ts";
import { memory } from "./labs/memory.ts";
import { network } from "./labs/network.ts";

const LABS: Readonly<Record<string, Lab>> = { disk, cpu, memory, network, flows };

/** @throws UsageError for a name no load has, or none. */
export function labNamed(name: string | undefined): Lab {
  const lab = name !== undefined && Object.hasOwn(LABS, name) ? LABS[name] : undefined;
  if (lab !== undefined) return lab;
  const names = Object.keys(LABS);
  const fault = name === undefined ? "npm run stress needs a load" : `Unknown load "${name}"`;
  const guess = name === undefined ? undefined : closest(name, names);
  const hint = guess === undefined ? "" : ` Did you mean ${guess}?`;
  throw new UsageError(`${fault}.${hint} The loads are ${names.join(", ")}.`);
}
