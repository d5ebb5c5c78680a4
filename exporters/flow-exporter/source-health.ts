import type { Logger } from "pino";

type Log = Pick<Logger, "info" | "warn">;

/** Whether a part the flows come from works; tells the log when that changes. */
export class SourceHealth {
  readonly name: string;
  /** Undefined until it has been tried. */
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
}
