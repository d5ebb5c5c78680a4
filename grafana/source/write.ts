import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { DASHBOARDS, textOf } from "./files.ts";

const folder = path.resolve(import.meta.dirname, "../dashboards");

for (const [file, dashboard] of Object.entries(DASHBOARDS)) {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
  await writeFile(path.join(folder, file), textOf(dashboard));
  console.log(`grafana/dashboards/${file}`);
}
