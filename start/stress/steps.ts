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
const HISTORY_SECONDS = 20;
/** After the last moment that is looked at: until it is scraped. */
const LAST_READINGS_SECONDS = 6;

export const seen: Step<StressContext> = {
  title: "See what the load will show in",
  run: async ({ lab, prometheus, signal }, report) => {
    const wait = { name: "the readings before the load", deadlineMs: 60_000, code: "TOO_LITTLE_DATA", signal };
    const fix = "look at `npm run status`, then try again";
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
  if (Date.now() / 1000 - since < HISTORY_SECONDS) throw new Error(`${job} has just come up`);
}

function targetDown(job: string): StartError {
  return new StartError("TARGET_DOWN", {
    what: `The load would not be seen: Prometheus does not reach ${job}`,
    why: "it is down, or has never been scraped",
    fix: "run `npm start`; `npm run status` shows what runs",
  });
}

const MISSING = {
  code: "STRESS_NG_MISSING",
  what: "This load cannot be made",
  why: "stress-ng, which makes it, is not installed",
};

export const program: Step<StressContext> = {
  title: "Provide what makes it",
  run: async (context, report) => {
    if (!context.lab.stressNg) return "two containers, nothing to install";
    await provideProgram("stress-ng", stressNg, MISSING, { ...context, report });
    return "stress-ng";
  },
};

export const load: Step<StressContext> = {
  title: "Load the machine",
  run: async (context, report) => {
    const { lab, bounds, seconds } = context;
    report(`for ${seconds} s: ${lab.about(bounds)}`);
    context.loaded = await lab.run(context, seconds);
    return `for ${seconds} s`;
  },
};

export const settle: Step<StressContext> = {
  title: "See how it settles",
  run: async ({ loaded, signal }) => {
    if (loaded === undefined) throw new Error("no load was run");
    const end = phasesOf(loaded.span).after.to + LAST_READINGS_SECONDS;
    await sleep(Math.max(0, end * 1000 - Date.now()), undefined, { signal });
    return "done";
  },
};
