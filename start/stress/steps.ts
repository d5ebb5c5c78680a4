import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "../errors.ts";
import { provideProgram } from "../install/provide.ts";
import { stressNg } from "../install/stress-ng.ts";
import { waitFor } from "../lib/wait.ts";
import { noPrometheus, type Prometheus } from "../stack/prometheus.ts";
import type { Step } from "../steps/step.ts";
import type { StressContext } from "./context.ts";
import { phasesOf } from "./phases.ts";

/** Without so many seconds of readings there is no "before". */
export const HISTORY_SECONDS = 20;
/** After the last moment that is looked at: until it is scraped, where nothing is late. */
const LAST_READINGS_SECONDS = 6;
/** cAdvisor reads a container every 5 to 15 s, and on a busy machine scrapes fail. */
const LATEST_READINGS_MS = 45_000;
/** To make the containers of a load. */
const SET_UP_SECONDS = 3;

/** What a load takes beside the load itself, on a machine where the stack has run for a while. */
export const REST_SECONDS = SET_UP_SECONDS + phasesOf({ from: 0, to: 0 }).after.to + LAST_READINGS_SECONDS;

export const seen: Step<StressContext> = {
  title: "Check the exporters",
  run: async ({ lab, prometheus, signal }, report) => {
    const wait = { name: "readings from before the load", deadlineMs: 60_000, code: "TOO_LITTLE_DATA", signal };
    const fix = "check `npm run status`, then try again";
    await waitFor({ ...wait, fix, everyMs: 1000, onReason: report }, async () => {
      for (const job of lab.jobs) await upLongEnough(prometheus, job);
    });
    return lab.jobs.join(", ");
  },
};

/** @throws StartError TARGET_DOWN, NO_PROMETHEUS; an Error where only time is lacking. */
async function upLongEnough(prometheus: Prometheus, job: string): Promise<void> {
  const selector = `up{job="${job}"}`;
  const [history = []] = await prometheus.history(selector, 2 * HISTORY_SECONDS).catch((error: unknown) => {
    throw noPrometheus(error);
  });
  if (history.at(-1)?.value !== 1) throw targetDown(job);
  const since = history.findLast(({ value }) => value !== 1)?.at ?? history[0]?.at ?? 0;
  if (Date.now() / 1000 - since < HISTORY_SECONDS) throw new Error(`${job} has only just come up`);
}

function targetDown(job: string): StartError {
  return new StartError("TARGET_DOWN", {
    what: `Prometheus cannot reach ${job}, so the load would not be visible`,
    why: "it is down, or has never been scraped",
    fix: "run `npm start`; `npm run status` shows what is running",
  });
}

const MISSING = {
  code: "STRESS_NG_MISSING",
  what: "This load cannot run",
  why: "it needs stress-ng, which is not installed",
};

export const program: Step<StressContext> = {
  title: "Prepare the load",
  run: async (context, report) => {
    if (!context.lab.stressNg) return "nothing to install";
    await provideProgram("stress-ng", stressNg, MISSING, { ...context, report });
    return "stress-ng";
  },
};

export const load: Step<StressContext> = {
  title: "Run the load",
  run: async (context, report) => {
    const { lab, bounds, seconds } = context;
    report(`for ${seconds} s: ${lab.about(bounds)}`);
    context.loaded = await lab.run(context, seconds);
    return `for ${seconds} s`;
  },
};

export const settle: Step<StressContext> = {
  title: "Let it settle",
  run: async ({ lab, bounds, loaded, prometheus, signal }, report) => {
    if (loaded === undefined) throw new Error("no load was run");
    const { after, during } = phasesOf(loaded.span);
    await sleep(Math.max(0, after.to * 1000 - Date.now()), undefined, { signal });
    const awaited = [
      ...lab.jobs.map((job) => ({ title: job, selector: `up{job="${job}"}`, since: after.to })),
      ...lab.measures(bounds).flatMap(({ least, ...shown }) => (least ? [{ ...shown, since: during.to }] : [])),
    ];
    const wait = { name: "the last readings", deadlineMs: LATEST_READINGS_MS, code: "NOT_READ", fix: "", signal };
    try {
      await waitFor({ ...wait, onReason: report }, async () => {
        for (const { title, selector, since } of awaited) await readSince(prometheus, title, selector, since);
      });
      return "done";
    } catch (error) {
      // What is not read is not seen either: the verdict on each metric says so, by its name.
      if (error instanceof StartError && error.code === wait.code) return error.explanation.why;
      throw error;
    }
  },
};

/** @throws Error where a series was not read since a moment, in seconds since the epoch. */
async function readSince(prometheus: Prometheus, title: string, selector: string, since: number): Promise<void> {
  const history = await prometheus.history(selector, Math.ceil(Date.now() / 1000 - since) + 1);
  if (!history.some((series) => series.some(({ at }) => at >= since))) throw new Error(`${title}: no reading yet`);
}
