import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

const FOLDER = path.resolve(import.meta.dirname, "../../../grafana/dashboards");

export interface ProvisionedDashboard {
  uid: string;
  title: string;
}

/** The dashboards Grafana is provisioned with, each the whole of its file. */
export async function provisionedDashboards(): Promise<ProvisionedDashboard[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".json")).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(FOLDER, name), "utf8")));
  return texts.map((text) => JSON.parse(text) as ProvisionedDashboard);
}
