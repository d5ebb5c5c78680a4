import { type ScheduledTask, schedule } from "node-cron";
import type { Logger } from "pino";

const MIDNIGHT = "0 0 * * *";

type Log = Pick<Logger, "info" | "warn" | "error">;

/** Totals that never go down, by name. */
type Figures = Readonly<Record<string, number>>;

/** At midnight (UTC) the log gets what some figures have gained since the report before: it outlives Prometheus' samples. */
export class DailyReport {
  readonly #figures: () => Figures;
  readonly #log: Log;
  #last: Figures;
  #lastMs = performance.now();
  #task: ScheduledTask;

  constructor(figures: () => Figures, log: Log) {
    this.#figures = figures;
    this.#log = log;
    this.#last = figures();
    this.#task = this.#schedule();
  }

  /** The clock was set. A task that was scheduled before would wait for it to catch up, or make up for what it skipped. */
  async reschedule(): Promise<void> {
    await this.#task.destroy();
    this.#task = this.#schedule();
  }

  async stop(): Promise<void> {
    await this.#task.destroy();
  }

  #schedule(): ScheduledTask {
    const options = { timezone: "UTC", suppressMissedWarning: true, logger: asCronLogger(this.#log) };
    return schedule(MIDNIGHT, () => this.#report(), options);
  }

  #report(): void {
    const now = this.#figures();
    const gained = Object.entries(now).map(([name, value]) => [name, value - (this.#last[name] ?? 0)]);
    const hours = Math.round((performance.now() - this.#lastMs) / 360_000) / 10;
    this.#last = now;
    this.#lastMs = performance.now();
    this.#log.info(
      { hours, ...Object.fromEntries(gained) },
      "what the last day did not count, or not where it belongs",
    );
  }
}

/** Left to itself, the scheduler writes lines to the console that are no JSON. */
function asCronLogger(log: Log) {
  const reasonOf = (message: string | Error) => (message instanceof Error ? message.message : message);
  return {
    info: (message: string) => log.info(message),
    warn: (message: string) => log.warn(message),
    error: (message: string | Error) => log.error({ reason: reasonOf(message) }, "the daily report failed"),
    debug: () => {},
  };
}
