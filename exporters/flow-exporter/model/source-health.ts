import type { Logger } from "pino";

export type Log = Pick<Logger, "info" | "warn">;

/** Whether a part the flows come from, or go to, works; logs each change of that. */
export class SourceHealth {
  readonly name: string;
  /** Undefined until it has been tried, and while it is not in use. */
  up: boolean | undefined;
  /** Why it does not work, or "". */
  reason = "not tried yet";
  /** Tries that failed, one after the other. */
  failures = 0;
  readonly #log: Log;

  constructor(name: string, log: Log) {
    this.name = name;
    this.#log = log;
  }

  /** Does `step`; its failure is the source's, and goes no further. Returns whether it was done. */
  attempt(step: () => void): boolean {
    try {
      step();
      this.succeed();
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  succeed(): void {
    if (this.up !== true) this.#log.info({ source: this.name }, "source works");
    this.up = true;
    this.reason = "";
    this.failures = 0;
  }

  fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.up !== false || reason !== this.reason) this.#log.warn({ source: this.name, reason }, "source fails");
    this.up = false;
    this.reason = reason;
    this.failures += 1;
  }

  /** It is switched off, which is no failure. */
  rest(reason: string): void {
    this.up = undefined;
    this.reason = reason;
    this.failures = 0;
  }
}

/** Every part that can fail on its own. */
export interface Healths {
  tracer: SourceHealth;
  owners: SourceHealth;
  closed: SourceHealth;
  acknowledgeClosed: SourceHealth;
  processes: SourceHealth;
  cgroups: SourceHealth;
  udp: SourceHealth;
  acknowledgeUdp: SourceHealth;
  programs: SourceHealth;
  docker: SourceHealth;
  dockerEvents: SourceHealth;
  kubelet: SourceHealth;
  services: SourceHealth;
  endpointSlices: SourceHealth;
  state: SourceHealth;
}

export function createHealths(log: Log): Healths {
  return {
    tracer: new SourceHealth("flow-tracer", log),
    owners: new SourceHealth("owners", log),
    closed: new SourceHealth("closed-flows", log),
    acknowledgeClosed: new SourceHealth("closed-flows-ack", log),
    processes: new SourceHealth("processes", log),
    cgroups: new SourceHealth("cgroups", log),
    udp: new SourceHealth("udp", log),
    acknowledgeUdp: new SourceHealth("udp-ack", log),
    programs: new SourceHealth("programs", log),
    docker: new SourceHealth("docker", log),
    dockerEvents: new SourceHealth("docker-events", log),
    kubelet: new SourceHealth("kubelet", log),
    services: new SourceHealth("kubernetes-services", log),
    endpointSlices: new SourceHealth("kubernetes-endpointslices", log),
    state: new SourceHealth("state", log),
  };
}
