import type { Series } from "../stack/prometheus.ts";

/** A span of time, in seconds since the epoch. */
export interface Phase {
  from: number;
  to: number;
}

export interface Phases {
  before: Phase;
  during: Phase;
  after: Phase;
}

const SPAN = 10;
/** Nothing is read off nearer to the load than this: a scrape on its other side would bleed in. */
const GAP = 5;
/** Seconds between two scrapes, as in prometheus.yml. */
const SCRAPE = 5;

/** Ten seconds on either side of a load. Times are in seconds since the epoch. */
export function phasesOf(load: Phase): Phases {
  return {
    before: { from: load.from - GAP - SPAN, to: load.from - GAP },
    during: load,
    after: { from: load.to + GAP, to: load.to + GAP + SPAN },
  };
}

/**
 * How much counters rose in a phase, all together; undefined where none had begun by its end.
 * Between two readings a counter is taken to rise evenly; one that is new was nothing one scrape earlier.
 */
export function riseIn(history: readonly Series[], { from, to }: Phase): number | undefined {
  const begun = history.map(fromNothing).filter(([first]) => first !== undefined && first.at <= to);
  if (begun.length === 0) return undefined;
  const rises = begun.map(withoutResets).map((series) => valueAt(series, to) - valueAt(series, from));
  return rises.reduce((sum, rise) => sum + rise, 0);
}

/**
 * How much a load made counters rise, all together; undefined where there is none. Readings seldom fall on its
 * first and last moment, and those of cAdvisor can be 15 s apart: all that they rose by between the readings around the load
 * is the load's, but for what they rose by in the rest of that time, at the rate from the phase before on. One that is first read
 * after the load began is of the load's own containers, and was nothing until then.
 */
export function riseBy({ before, during, after }: Phases, history: readonly Series[]): number | undefined {
  const begun = history.filter(([first]) => first !== undefined && first.at <= after.to);
  if (begun.length === 0) return undefined;
  const fromStart = begun.map((series) => {
    const isNew = (series[0]?.at ?? 0) > during.from;
    return isNew ? [{ at: during.from, value: 0 }, ...series] : fromNothing(series);
  });
  return fromStart.map(withoutResets).reduce((sum, series) => sum + excessOf(series, before, during), 0);
}

function excessOf(series: Series, before: Phase, during: Phase): number {
  const from = series.findLast(({ at }) => at <= during.from)?.at ?? during.from;
  const to = series.find(({ at }) => at >= during.to)?.at ?? during.to;
  const beside = rateBetween(series, before.from, from) * (to - from - (during.to - during.from));
  return Math.max(0, valueAt(series, to) - valueAt(series, from) - beside);
}

function rateBetween(series: Series, from: number, to: number): number {
  return to > from ? (valueAt(series, to) - valueAt(series, from)) / (to - from) : 0;
}

/** The most that gauges were in a phase, all together; undefined where none was read in it. */
export function highestIn(history: readonly Series[], { from, to }: Phase): number | undefined {
  const within = history.map((series) => series.filter(({ at }) => at >= from && at <= to));
  const read = within.filter((series) => series.length > 0);
  if (read.length === 0) return undefined;
  return read.map((series) => Math.max(...series.map(({ value }) => value))).reduce((sum, value) => sum + value, 0);
}

function fromNothing(series: Series): Series {
  const [first] = series;
  return first === undefined ? [] : [{ at: first.at - SCRAPE, value: 0 }, ...series];
}

/** A counter that fell was begun anew: what it had before is added to all that follows. */
function withoutResets(series: Series): Series {
  let lost = 0;
  return series.map(({ at, value }, index) => {
    const previous = series[index - 1]?.value ?? 0;
    if (value < previous) lost += previous;
    return { at, value: value + lost };
  });
}

function valueAt(series: Series, time: number): number {
  const left = series.findLast(({ at }) => at <= time);
  const right = series.find(({ at }) => at > time);
  if (left === undefined) return series[0]?.value ?? 0;
  if (right === undefined) return left.value;
  return left.value + ((right.value - left.value) * (time - left.at)) / (right.at - left.at);
}
