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
/** After the last moment that is looked at: until it is scraped. */
const LAST_READINGS_SECONDS = 6;
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
  run: async ({ loaded, signal }) => {
    if (loaded === undefined) throw new Error("no load was run");
    const end = phasesOf(loaded.span).after.to + LAST_READINGS_SECONDS;
    await sleep(Math.max(0, end * 1000 - Date.now()), undefined, { signal });
    return "done";
  },
};
