import { ensureReady } from "../checks/ready.ts";
import type { Step } from "./step.ts";

export const checks: Step = {
  title: "Check the machine",
  run: async ({ host, settings, install, signal }, report) => {
    const results = await ensureReady({ host, settings, install, report, signal });
    const warnings = results.filter((result) => result.status === "warning");
    for (const { title, detail } of warnings) report(`${title}: ${detail}`);
    if (warnings.length === 0) return "all well";
    return `well, with ${warnings.length === 1 ? "a warning" : `${warnings.length} warnings`} (npm run doctor)`;
  },
};
