import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** A dashboard as Grafana provisions it from a file. */
interface Dashboard {
  uid: string;
  title: string;
  description?: string;
  [field: string]: unknown;
}

export interface ProvisionedDashboard {
  /** The folder that its file is in, below the one of all; "": in that itself. */
  folder: string;
  dashboard: Dashboard;
}

/** The folder of dashboards that Grafana is provisioned from, with a folder for each of Grafana's. */
export interface DashboardFolder {
  /** In the order of their files' paths; files that hold none are left out. @throws the system's error. */
  list(): Promise<ProvisionedDashboard[]>;
}

/** Reads `folder` anew each time: the files are few, and may be written while the exporter runs. */
export function createDashboardFolder(folder: string): DashboardFolder {
  return {
    list: async () => {
      const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".json")).sort();
      const read = await Promise.all(names.map((name) => readOne(folder, name)));
      return read.filter((one) => one !== undefined);
    },
  };
}

async function readOne(folder: string, name: string): Promise<ProvisionedDashboard | undefined> {
  const dashboard = parse(await readFile(path.join(folder, name), "utf8"));
  return dashboard && { folder: path.dirname(name).replace(/^\.$/, ""), dashboard };
}

function parse(text: string): Dashboard | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isDashboard(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDashboard(value: unknown): value is Dashboard {
  const { uid, title, description = "" } = (value ?? {}) as Record<string, unknown>;
  return [uid, title, description].every((one) => typeof one === "string");
}
