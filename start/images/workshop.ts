import type { Host } from "../lib/host.ts";
import type { Engine } from "./engine.ts";
import type { RegistryAnswer } from "./registry.ts";

/** What every step of providing images works with. */
export interface Workshop {
  engine: Engine;
  host: Host;
  projectRoot: string;
  /** First part of the names of images built here. */
  namespace: string;
  signal: AbortSignal;
  /** Shows one line of progress; `about` is a service, or "builder". */
  report(about: string, line: string): void;
  /** Whether the registry of a reference answers; each registry is asked once. */
  ask(reference: string): Promise<RegistryAnswer>;
}
