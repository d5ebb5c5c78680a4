import type { ProgramName } from "../programs/index.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Process } from "./processes.ts";

/** Starts one of Kubernetes' programs, with options by their names. */
export function startProgram(
  { processes, wanted }: Surroundings,
  name: ProgramName,
  options: Readonly<Record<string, string>>,
): Process {
  const words = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  return processes.start(name, [wanted.parts.programs[name] ?? "", ...words]);
}
