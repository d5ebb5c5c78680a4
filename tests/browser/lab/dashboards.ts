import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { DashboardEntry } from "../../../exporters/console/api/types.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../grafana/dashboards");

/** The dashboards Grafana is provisioned with, each the whole of its file. */
export async function provisionedDashboards(): Promise<DashboardEntry[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".json")).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(FOLDER, name), "utf8")));
  return texts.map((text) => JSON.parse(text) as DashboardEntry);
}
