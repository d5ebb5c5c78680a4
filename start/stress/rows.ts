import { StartError } from "../errors.ts";
import { noPrometheus, type Prometheus, type Series } from "../stack/prometheus.ts";
import type { Measure } from "./lab.ts";
import { highestIn, type Phase, type Phases, riseBy, riseIn } from "./phases.ts";

/** A measure before, during and after the load; undefined where there was nothing to read. */
export interface Row {
  measure: Measure;
  before: number | undefined;
  during: number | undefined;
  after: number | undefined;
  /** Whether the load moved it; undefined where that is not asked. */
  moved: boolean | undefined;
}

/** Reads what Prometheus scraped around a load. @throws StartError NO_PROMETHEUS */
export async function readRows(prometheus: Prometheus, measures: readonly Measure[], phases: Phases): Promise<Row[]> {
  const seconds = Math.ceil(Date.now() / 1000 - phases.before.from) + 30;
  const history = (selector: string) => prometheus.history(selector, seconds);
  const rows = measures.map(async (measure) => {
    const [own, other] = await Promise.all([history(measure.selector), measure.per ? history(measure.per) : undefined]);
    return rowOf(measure, phases, own, other);
  });
  return Promise.all(rows).catch((error: unknown) => {
    throw noPrometheus(error);
  });
}

/** @param per the history of the counter the measure is divided by, where it is. */
export function rowOf(measure: Measure, phases: Phases, history: readonly Series[], per?: readonly Series[]): Row {
  const value = (phase: Phase) => valueIn(measure, phase, history, per);
  const isRate = measure.kind === "counter" && per === undefined;
  const during = isRate ? rateBy(phases, history) : value(phases.during);
  const row = { measure, before: value(phases.before), during, after: value(phases.after) };
  return { ...row, moved: hasMoved(measure, row.before, row.during) };
}

function valueIn({ kind }: Measure, phase: Phase, history: readonly Series[], per?: readonly Series[]) {
  if (kind === "gauge") return highestIn(history, phase);
  const rise = riseIn(history, phase);
  const divisor = per ? riseIn(per, phase) : phase.to - phase.from;
  return rise === undefined || !divisor ? undefined : rise / divisor;
}

function rateBy(phases: Phases, history: readonly Series[]): number | undefined {
  const rise = riseBy(phases, history);
  return rise === undefined ? undefined : rise / (phases.during.to - phases.during.from);
}

/** What was not there before the load counts as nothing. */
function hasMoved({ least }: Measure, before = 0, during = 0): boolean | undefined {
  return least === undefined ? undefined : during - before >= least;
}

/** The named error for a load that was run and not seen; undefined where all moved that must. */
export function notSeen(rows: readonly Row[]): StartError | undefined {
  const still = rows.filter(({ moved }) => moved === false).map(({ measure }) => measure.title);
  if (still.length === 0) return undefined;
  return new StartError("LOAD_NOT_SEEN", {
    what: `The load ran but did not move: ${still.join(", ")}`,
    why: "the exporter may not see this machine properly, or the machine was too busy with other work",
    fix: "check `npm run status`, then try again on a quiet machine with more --seconds",
  });
}
