import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { reasonOf } from "../errors.ts";
import { fetchJson } from "./fetch.ts";
import { provisioned } from "./provisioned.ts";
import { urlOf } from "./published.ts";

/** What came of one dashboard: its title, or why it could not be had. */
export type Outcome = { number: number; title: string } | { number: number; reason: string };

export interface Wish {
  /** The word for all of them: begins their uids. */
  name: string;
  numbers: readonly number[];
  /** Where they are published, or a mirror of it. */
  base: string;
  /** For each of them. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** Fetches dashboards all at once, and writes those that could be had into a folder; what an earlier time has brought stays. */
export async function providePublished(folder: string, wish: Wish): Promise<Outcome[]> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return Promise.all(wish.numbers.map((number) => provide(folder, number, wish)));
}

async function provide(folder: string, number: number, { name, base, timeoutMs, signal }: Wish): Promise<Outcome> {
  const uid = `${name}-${number}`;
  try {
    const dashboard = provisioned(await fetchJson(urlOf(base, number), timeoutMs, signal), uid);
    await writeWhole(path.join(folder, `${uid}.json`), `${JSON.stringify(dashboard, undefined, 2)}\n`);
    return { number, title: dashboard.title };
  } catch (error) {
    signal.throwIfAborted();
    return { number, reason: reasonOf(error) };
  }
}

/** Grafana may read it at any moment. */
async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o644 });
  await rename(`${file}.new`, file);
}
