import { largest, meanRate, RATE, WHOLE } from "./select.ts";

const TIME = "ebpf_program_run_time_seconds_total";
const RUNS = "ebpf_program_runs_total";
const LABELS = "id, name, type";
const SHOWN = 12;

/** Only programs that the chosen loaders loaded; the loader becomes a label. One that changed is known twice for a while. */
function ofLoaders(vector: string, at = ""): string {
  const info = `topk by (id) (1, ebpf_program_info{loaded_by=~"$loaded_by"}${at})`;
  return `${vector} * on (id) group_left (loaded_by, attach) ${info}`;
}

const mostTime = (shown: string) => largest(SHOWN, "id", shown, ofLoaders(`increase(${TIME}${WHOLE})`, " @ end()"));

/** Seconds of CPU per second: 1 is one core. */
export const cpu = `sum(${ofLoaders(`rate(${TIME}${RATE})`)})`;
export const cpuByProgram = mostTime(`rate(${TIME}${RATE})`);
/** Programs that no process holds open any more have no loader's name. */
export const cpuByLoader = `label_replace(sum by (loaded_by) (${ofLoaders(`rate(${TIME}${RATE})`)}), "loaded_by", "(no process)", "loaded_by", "")`;
export const runs = `sum(${ofLoaders(`rate(${RUNS}${RATE})`)})`;
export const runsByProgram = mostTime(`rate(${RUNS}${RATE})`);
export const timePerRun = `${cpu} / ${runs}`;
export const timePerRunByProgram = mostTime(`rate(${TIME}${RATE}) / (rate(${RUNS}${RATE}) > 0)`);
/** Without those of a scrape before the last: Prometheus shows what ended with the exporter for five minutes more. */
export const loaded = 'count(time() - timestamp(ebpf_program_info{loaded_by=~"$loaded_by"}) < 20)';

/** One row for each program, one query for each column. */
export const table = {
  cpu: rows(meanRate(TIME)),
  runs: rows(meanRate(RUNS)),
  timePerRun: rows(`increase(${TIME}[$__range]) / (increase(${RUNS}[$__range]) > 0)`),
  totalTime: rows(TIME),
};

function rows(vector: string): string {
  return `sum by (${LABELS}, loaded_by, attach) (${ofLoaders(vector)})`;
}
