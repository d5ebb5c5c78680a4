import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { StartError, UsageError } from "../errors.ts";
import { bundleConsole } from "../images/console.ts";
import { printable } from "../lib/printable.ts";
import { folderNamed } from "../record/words.ts";
import { defineCommand } from "./command.ts";

/** Of a line in the exporter's log. */
const WARN = 40;
/** Beside the stack's own exporter. */
const PORT = "9446";
const [MIN_PORT, MAX_PORT] = [1, 65_535];
const LOOPBACK = "127.0.0.1";

/** An exporter and its console on a recording, until Ctrl-C: it needs neither a tracer nor Docker. */
const USAGE = "npm run replay";

export const replay = defineCommand({
  usage: USAGE,
  about: "Show a recording in the console, without a kernel or Docker",
  operand: { name: "FOLDER", about: "a recording made by npm run record" },
  options: { port: { type: "string", value: "PORT", about: `port of the console (default ${PORT})` } },
  run: async ({ host, projectRoot, options, operand, signal, stdout }) => {
    const folder = folderNamed(USAGE, operand, host);
    const port = portNamed(options.port);
    const pages = await mkdtemp(path.join(tmpdir(), "flowtally-console-"));
    try {
      await bundleConsole(path.join(projectRoot, "exporters/console"), pages);
      const env = {
        FLOW_RECORDING: folder,
        FLOW_PORT: port,
        // A recording is somebody's names and addresses: they are for who sits at this machine.
        FLOW_LISTEN: LOOPBACK,
        FLOW_CONSOLE: pages,
        FLOW_DASHBOARDS: path.join(projectRoot, "grafana/dashboards"),
      };
      const log = readLog(stdout);
      const exporter = path.join(projectRoot, "exporters/flow-exporter/main.ts");
      const { message } = await host.run(process.execPath, [exporter], { env, onLine: log.take, signal });
      throw notShown(folder, log.fault() ?? message);
    } catch (error) {
      if (signal.aborted) return 0;
      throw error;
    } finally {
      await rm(pages, { recursive: true });
    }
  },
});

/** @throws UsageError for what is no port. */
function portNamed(text = PORT): string {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= MIN_PORT && port <= MAX_PORT) return text;
  throw new UsageError(`Port must be ${MIN_PORT}–${MAX_PORT}, not "${text}".`);
}

/** What the exporter warns of, as it is, where it listens, and why it does not. */
function readLog(stdout: NodeJS.WritableStream) {
  let fault: string | undefined;
  const take = (line: string) => {
    const { level = WARN, msg, port, reason } = logLine(line);
    if (msg === "listening") stdout.write(`Console: http://${LOOPBACK}:${port}/ (Ctrl-C to stop)\n`);
    else if (msg === "cannot start") fault = reason;
    else if (level >= WARN) stdout.write(`${printable(line)}\n`);
  };
  return { take, fault: () => fault };
}

/** A line of the exporter's log; nothing of it where it is something else. */
function logLine(line: string): { level?: number; msg?: string; port?: number; reason?: string } {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}

function notShown(folder: string, why: string): StartError {
  return new StartError("NOT_REPLAYED", {
    what: `The recording in ${folder} cannot be shown`,
    why,
    fix: "name a folder that `npm run record -- FOLDER` has made; if the port is taken, choose another with --port",
  });
}
