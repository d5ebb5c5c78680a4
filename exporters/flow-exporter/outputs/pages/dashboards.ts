import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** A dashboard as Grafana provisions it from a file. */
interface Dashboard {
  uid: string;
  title: string;
  description?: string;
  [field: string]: unknown;
}

/** The folder of dashboards that Grafana is provisioned from. */
export interface DashboardFolder {
  /** In the order of their files' names; files that hold none are left out. @throws the system's error. */
  list(): Promise<Dashboard[]>;
}

/** Reads `folder` anew each time: the files are few, and may be written while the exporter runs. */
export function createDashboardFolder(folder: string): DashboardFolder {
  return {
    list: async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
      const read = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
      return read.map(parse).filter((one) => one !== undefined);
    },
  };
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
