import type { Installer } from "../install/types.ts";
import type { Host } from "../lib/host.ts";
import type { Settings } from "../settings/index.ts";
import type { DockerClient } from "./docker-client.ts";

/** What the checks look at. */
export interface CheckContext {
  host: Host;
  settings: Settings;
  docker: DockerClient;
  /** What the settings file is called, where it is another than config.monitoring: advice names it. */
  config?: string;
}

interface Fault {
  /** Name of the error, should the start end here. */
  code: string;
  detail: string;
  why: string;
  fix: string;
}

/** What a check found. `missing` is what could be there; with an installer the launcher can bring it. */
export type Finding =
  | { status: "ok"; detail: string }
  | { status: "warning"; detail: string; why: string; fix: string }
  | ({ status: "failed" } & Fault)
  | ({ status: "missing"; installer?: Installer } & Fault);

/** One prerequisite of the stack. */
export interface Check {
  /** A noun, as the user reads it: "Docker engine". */
  title: string;
  run(context: CheckContext): Promise<Finding>;
}

export type CheckResult = Finding & { title: string };
