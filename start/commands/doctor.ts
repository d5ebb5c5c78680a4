import { CHECKS } from "../checks/index.ts";
import { renderReport } from "../checks/report.ts";
import { runChecks } from "../checks/run.ts";
import { settingsCheck } from "../checks/settings.ts";
import { inspectSettings } from "../settings/index.ts";
import { configName, layoutOf } from "../stack/layout.ts";
import { defineCommand } from "./command.ts";
import { SETTINGS_FILE } from "./options.ts";

export const doctor = defineCommand({
  usage: "npm run doctor",
  about: "Check that this machine meets every prerequisite, and change nothing",
  options: { config: SETTINGS_FILE },
  run: async ({ host, projectRoot, options, stdout }) => {
    const layout = layoutOf(projectRoot, options.config);
    const file = layout.config;
    const { settings, fault } = await inspectSettings(file, host.env);
    const results = await runChecks([settingsCheck(file, fault), ...CHECKS], {
      host,
      settings,
      config: configName(layout),
    });
    stdout.write(renderReport(results, { colour: stdout.isTTY === true }));
    return results.some(({ status }) => status === "failed" || status === "missing") ? 1 : 0;
  },
});
