import { StartError } from "../errors.ts";
import { noPrometheus, type Prometheus, type Series } from "../stack/prometheus.ts";
import type { Use } from "./rule.ts";
import { inWords } from "./window.ts";

/** A use, and what it was taken from. */
export interface MeasuredUse extends Use {
  samples: number;
  /** From the first sample to the last, and as long as one lasts on average: each stands for the time to the next. */
  coveredSeconds: number;
}

/** A part of the window that must have been seen, and in how many samples at least: cAdvisor takes one in 5 to 15 s. */
const ENOUGH_SHARE = 2 / 3;
const ENOUGH_SAMPLES = 3;

/** Seconds of samples a window asks for. */
export function enoughSeconds(windowSeconds: number): number {
  return windowSeconds * ENOUGH_SHARE;
}

/**
 * A container's working set over the last seconds, from Prometheus.
 * @throws StartError NO_PROMETHEUS, TOO_LITTLE_DATA
 */
export async function readUse(prometheus: Prometheus, container: string, windowSeconds: number): Promise<MeasuredUse> {
  const selector = `container_memory_working_set_bytes{name=${JSON.stringify(container)}}`;
  const history = await prometheus.history(selector, windowSeconds).catch((error: unknown) => {
    throw noPrometheus(error);
  });
  const use = useOf(history);
  if (isEnough(use, windowSeconds)) return use;
  throw tooLittle(container, use, windowSeconds);
}

/** All samples together: a container that was replaced within the window has a series each. */
export function useOf(history: readonly Series[]): MeasuredUse {
  const readings = history.flat();
  const sum = readings.reduce((total, { value }) => total + value, 0);
  return {
    averageBytes: readings.length === 0 ? 0 : sum / readings.length,
    peakBytes: readings.reduce((highest, { value }) => Math.max(highest, value), 0),
    samples: readings.length,
    coveredSeconds: coveredBy(readings.map(({ at }) => at)),
  };
}

function coveredBy(times: readonly number[]): number {
  if (times.length < 2) return 0;
  return ((Math.max(...times) - Math.min(...times)) * times.length) / (times.length - 1);
}

export function isEnough({ samples, coveredSeconds }: MeasuredUse, windowSeconds: number): boolean {
  return samples >= ENOUGH_SAMPLES && coveredSeconds >= enoughSeconds(windowSeconds);
}

function tooLittle(container: string, { samples, coveredSeconds }: MeasuredUse, windowSeconds: number): StartError {
  const missing = Math.max(enoughSeconds(windowSeconds) - coveredSeconds, 5);
  return new StartError("TOO_LITTLE_DATA", {
    what: `Not enough samples of ${container} yet`,
    why: `Prometheus has ${samples} samples covering ${inWords(coveredSeconds)} of the last ${inWords(windowSeconds)}; two thirds must be covered`,
    fix: `try again in ${inWords(missing)}, or use a shorter --window`,
  });
}
