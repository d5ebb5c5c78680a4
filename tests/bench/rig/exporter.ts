import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { bundleService } from "../../../start/images/bundle.ts";
import { waitFor } from "../../../start/lib/wait.ts";
import type { Bench } from "../bench.ts";
import { type Background, startBackground } from "./background.ts";

export interface Exporter extends Background {
  url: string;
}

/** Environment variables of the exporter, over those that the benchmark sets itself. */
type Settings = Readonly<Record<string, string>>;

/** Runs the real flow-exporter, as its image has it, on the pins of a tracer, up to its first complete read. */
export async function startExporter(bench: Bench, pins: string, settings: Settings = {}): Promise<Exporter> {
  const { projectRoot, folder, signal } = bench;
  const state = path.join(folder, "exporter-state");
  await rm(state, { recursive: true, force: true });
  await mkdir(state, { recursive: true });
  const service = path.join(projectRoot, "exporters/flow-exporter");
  const bundle = path.join(folder, "exporter.mjs");
  await bundleService(service, bundle);
  const command = [process.execPath, ...(await nodeFlags(service)), bundle];
  const background = await startBackground(["setpriv", "--pdeathsig", "KILL", ...command], {
    ready: (line) => portIn(line) !== undefined,
    env: {
      ...(await malloc(service)),
      NODE_ENV: "production",
      FLOW_PINS: pins,
      FLOW_PORT: "0",
      FLOW_STATE: state,
      ...settings,
    },
    signal,
  });
  const exporter = { ...background, url: `http://127.0.0.1:${portIn(background.line)}` };
  await healthy(exporter, signal).catch(async (error: unknown) => {
    await exporter[Symbol.asyncDispose]();
    throw error;
  });
  return exporter;
}

/** What the image of a service in `folder` gives Node before the program. */
export async function nodeFlags(folder: string): Promise<string[]> {
  const entry = /^ENTRYPOINT (.*)$/m.exec(await readFile(path.join(folder, "Dockerfile"), "utf8"))?.[1] ?? "[]";
  const [, ...args] = z.array(z.string()).min(2).parse(JSON.parse(entry));
  return args.slice(0, -1);
}

/** What the image of a service in `folder` tells the C library's allocator. */
async function malloc(folder: string): Promise<Record<string, string>> {
  const words = (await readFile(path.join(folder, "Dockerfile"), "utf8")).matchAll(/\b(MALLOC_\w+)=(\S+)/g);
  return Object.fromEntries(Array.from(words, ([, name = "", value = ""]) => [name, value]));
}

function portIn(line: string): number | undefined {
  try {
    return (JSON.parse(line) as { port?: number }).port;
  } catch {
    return undefined;
  }
}

async function healthy({ url }: Exporter, signal: AbortSignal): Promise<void> {
  const wait = { name: "flow-exporter", deadlineMs: 20_000, everyMs: 100, signal };
  await waitFor({ ...wait, code: "BENCH_EXPORTER", fix: "run the exporter's own tests" }, async () => {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}: ${await answer.text()}`);
  });
}
