import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Browser } from "playwright";
import { bundleConsole } from "../../../start/images/console.ts";
import { provisionedDashboards } from "../lab/dashboards.ts";
import { manyFlows } from "../lab/flows.ts";
import { ALONE, shop } from "../lab/graph.ts";
import { ODDITIES } from "../lab/oddities.ts";
import { LabServer } from "../lab/server.ts";
import { startBrowser } from "./chromium.ts";

const CONSOLE = path.resolve(import.meta.dirname, "../../../exporters/console");
const FLOWS = manyFlows(10_000);

/** The console built from its sources, before an exporter with made-up answers, and a browser to look at it. */
export interface Laboratory {
  /** The built console. */
  folder: string;
  server: LabServer;
  browser: Browser;
  /** Takes back what a test has changed. */
  reset(): void;
  close(): Promise<void>;
}

export async function openLaboratory(): Promise<Laboratory> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "flowtally-console-"));
  await bundleConsole(CONSOLE, folder);
  const dashboards = [...(await provisionedDashboards()), ODDITIES];
  const fresh = {
    graph: shop,
    flows: FLOWS,
    scope: ALONE,
    leftOut: 0,
    subjects: [],
    prometheus: true,
    recordedAt: undefined,
    storeFault: undefined,
  };
  const server = new LabServer(folder, { ...fresh, dashboards });
  await server.start();
  const browser = await startBrowser();
  return {
    folder,
    server,
    browser,
    reset: () => Object.assign(server.lab, fresh),
    close: async () => {
      await browser.close();
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
