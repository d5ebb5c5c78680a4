import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import path from "node:path";
import { waitFor } from "../../../start/lib/wait.ts";
import type { Bench, Part } from "../bench.ts";
import { count, range, short } from "../lib/format.ts";
import { verdict } from "../lib/goal.ts";
import { spreadOf } from "../lib/stats.ts";
import { createSyntheticHost } from "../readers/synthetic.ts";
import { startExporter } from "../rig/exporter.ts";
import { edgeWriters } from "./edge-writers.ts";

const EDGES = 2_000;
const GOAL_MS = 50;
/** Prometheus asks again and again. */
const WARM_UPS = 10;

export const scrape: Part = {
  name: "scrape",
  run: async (bench) => {
    bench.report(`/metrics with ${count(EDGES)} edges`);
    const { text, ms } = await scrapeSynthetic(bench);
    const spread = spreadOf(ms);
    const columns = ["edges", "series", "kB", "ms", "min–max", "goal"];
    const series = text.match(/^[^#\n]/gm)?.length ?? 0;
    const row = [count(EDGES), count(series), short(text.length / 1e3), short(spread.median), range(spread, short)];
    const rows = [[...row, verdict(spread.median, { most: GOAL_MS })]];
    const writers = await edgeWriters(EDGES, bench.scale.repetitions);
    return { title: "Scraping", method: METHOD, tables: [{ title: "/metrics", columns, rows }, writers] };
  },
};

const METHOD = [
  `The real flow-exporter process reading files with made-up rows in place of pins, one open and one closed connection on each edge;
milliseconds from the request to the last byte, after ${WARM_UPS} scrapes that do not count.`,
  `The series of edges alone, in one process and in turn: written by hand as the exporter does, and by prom-client, which
the same is told as it happens. "in use" is the share of edges that change between two scrapes; heap is what a writer
keeps, its text included.`,
];

async function scrapeSynthetic(bench: Bench) {
  const { pins, proc } = await createSyntheticHost(path.join(bench.folder, "synthetic"), EDGES);
  const settings = { FLOW_PROC: proc, FLOW_MAX_EDGES: `${EDGES}` };
  await using exporter = await startExporter(bench, pins, settings);
  const url = `${exporter.url}/metrics`;
  const wait = { name: "all edges in /metrics", deadlineMs: 10_000, signal: bench.signal, code: "BENCH_SCRAPE" };
  const text = await waitFor({ ...wait, fix: "run the exporter's own tests" }, () => fullScrape(url));
  for (let warmUp = 0; warmUp < WARM_UPS; warmUp++) await timeScrape(url);
  const ms: number[] = [];
  for (let repetition = 0; repetition < bench.scale.repetitions; repetition++) ms.push(await timeScrape(url));
  return { text, ms };
}

async function fullScrape(url: string): Promise<string> {
  const text = await ask(url);
  const edges = text.match(/^flow_sent_bytes_total/gm)?.length ?? 0;
  if (edges < EDGES) throw new Error(`${edges} edges are there`);
  return text;
}

/** Milliseconds; what is read is let go at once, because turning it into text is the scraper's work. */
async function timeScrape(url: string): Promise<number> {
  const start = performance.now();
  const [answer] = (await once(get(url), "response")) as [IncomingMessage];
  await once(answer.resume(), "end");
  return performance.now() - start;
}

async function ask(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text();
}
