import { createDocker } from "../lib/docker.ts";
import { createRecordingExporter } from "../record/exporter.ts";
import { fillEmpty } from "../record/folder.ts";
import { takeRecording } from "../record/take.ts";
import { folderNamed, recordSeconds } from "../record/words.ts";
import { renderRecorded } from "../render/record.ts";
import { containerName } from "../settings/names.ts";
import { namedLayout } from "../stack/named-layout.ts";
import { findConfigured } from "../stack/running.ts";
import { defineCommand } from "./command.ts";
import { SETTINGS_FILE } from "./options.ts";

const USAGE = "npm run record";

/** What the kernel and Docker hand over to the running stack, as a folder. */
export const record = defineCommand({
  usage: USAGE,
  about: "Record what the running stack reads from the kernel and Docker",
  operand: { name: "FOLDER", about: "where to put it: a new or empty folder" },
  options: {
    seconds: { type: "string", value: "N", about: "how long, 1 to 600 (default 15); Ctrl-C stops it early" },
    config: SETTINGS_FILE,
  },
  run: async ({ host, projectRoot, options, operand, signal, stdout }) => {
    const folder = folderNamed(USAGE, operand, host);
    const seconds = recordSeconds(options.seconds);
    const layout = await namedLayout(host, projectRoot, options.config);
    const docker = createDocker(host);
    const { settings } = await findConfigured({ docker, host, layout }, options.config);
    const container = containerName(layout.names, "flow-exporter");
    const url = `http://127.0.0.1:${settings.FLOW_EXPORTER_PORT}`;
    const exporter = createRecordingExporter({ docker, host, container, url });
    const onBegin = () => void stdout.write(`Recording for ${seconds} s; Ctrl-C stops it early\n`);
    const task = { exporter, seconds, folder, signal, onBegin };
    const status = await fillEmpty(folder, () => takeRecording(task));
    stdout.write(renderRecorded(status, folder));
    return 0;
  },
});
