import { ensureReady } from "../checks/ready.ts";
import type { Step } from "./step.ts";

export const checks: Step = {
  title: "Check the machine",
  run: async ({ host, settings, install, signal }, report) => {
    const results = await ensureReady({ host, settings, install, report, signal });
    const warnings = results.filter((result) => result.status === "warning");
    for (const { title, detail } of warnings) report(`${title}: ${detail}`);
    return warnings.length === 0 ? "all well" : `well, with ${warnings.length} warnings (npm run doctor)`;
  },
};
