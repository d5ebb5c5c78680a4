import { ensureReady } from "../checks/ready.ts";
import { configName } from "../stack/layout.ts";
import type { Step } from "./step.ts";

export const checks: Step = {
  title: "Check the machine",
  run: async ({ host, settings, layout, install, signal }, report) => {
    const notices: string[] = [];
    const notice = (line: string) => {
      notices.push(line);
      report(line, "notice");
    };
    const config = configName(layout);
    const results = await ensureReady({ host, settings, config, install, report, notice, signal });
    const warnings = results.filter((result) => result.status === "warning");
    for (const { title, detail } of warnings) report(`${title}: ${detail}`);
    // A line of progress is overwritten by the next one; the result stays.
    return [outcome(warnings.length), ...notices].join("; ");
  },
};

function outcome(warnings: number): string {
  if (warnings === 0) return "OK";
  return `OK, ${warnings} ${warnings === 1 ? "warning" : "warnings"} (npm run doctor)`;
}
