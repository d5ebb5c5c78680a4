import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { DashboardEntry } from "../../../exporters/console/api/types.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../grafana/dashboards");

/** The dashboards Grafana is provisioned with, each the whole of its file and the folder that it is in. */
export async function provisionedDashboards(): Promise<DashboardEntry[]> {
  const names = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith(".json")).sort();
  return Promise.all(names.map(readOne));
}

async function readOne(name: string): Promise<DashboardEntry> {
  const dashboard: DashboardEntry = JSON.parse(await readFile(path.join(FOLDER, name), "utf8"));
  return { ...dashboard, folder: path.dirname(name) };
}
