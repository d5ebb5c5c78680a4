import { pino } from "pino";
import { startExporter } from "../../../exporters/flow-exporter/exporter.ts";
import { readSettings } from "../../../exporters/flow-exporter/settings.ts";
import { waitFor } from "../../../start/lib/wait.ts";
import type { Bench, Part } from "../bench.ts";
import { count, range, short } from "../lib/format.ts";
import { verdict } from "../lib/goal.ts";
import { spreadOf } from "../lib/stats.ts";
import { SYNTHETIC_HOST, syntheticTracer } from "../readers/synthetic.ts";

const EDGES = 2_000;
const GOAL_MS = 50;

export const scrape: Part = {
  name: "scrape",
  run: async (bench) => {
    bench.report(`/metrics with ${count(EDGES)} edges`);
    const { series, bytes, ms } = await scrapeSynthetic(bench);
    const spread = spreadOf(ms);
    const columns = ["edges", "series", "kB", "ms", "min–max", "goal"];
    const row = [count(EDGES), count(series), short(bytes / 1e3), short(spread.median), range(spread, short)];
    const rows = [[...row, verdict(spread.median, { most: GOAL_MS })]];
    return { title: "Scraping", method: METHOD, tables: [{ title: "/metrics", columns, rows }] };
  },
};

const METHOD = [
  "The exporter with a tracer that hands over made-up rows: collected, rendered and fetched over HTTP, client in the same process.",
];

async function scrapeSynthetic({ scale, signal }: Bench) {
  const settings = readSettings({ FLOW_PORT: "0", FLOW_MAX_EDGES: `${EDGES}` });
  const docker = { list: async () => [], watch: async () => {} };
  const sources = { tracer: syntheticTracer(EDGES), docker, host: SYNTHETIC_HOST };
  const exporter = await startExporter(settings, sources, pino({ level: "silent" }));
  try {
    const url = `http://127.0.0.1:${exporter.port}/metrics`;
    const wait = { name: "all edges in /metrics", deadlineMs: 10_000, signal, code: "BENCH_SCRAPE" };
    const text = await waitFor({ ...wait, fix: "run the exporter's own tests" }, () => fullScrape(url));
    const ms: number[] = [];
    for (let repetition = 0; repetition < scale.repetitions; repetition++) {
      const start = performance.now();
      await ask(url);
      ms.push(performance.now() - start);
    }
    return { series: text.match(/^[^#\n]/gm)?.length ?? 0, bytes: text.length, ms };
  } finally {
    await exporter.stop();
  }
}

async function fullScrape(url: string): Promise<string> {
  const text = await ask(url);
  const edges = text.match(/^flow_sent_bytes_total/gm)?.length ?? 0;
  if (edges < EDGES) throw new Error(`${edges} edges are there`);
  return text;
}

async function ask(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text();
}
