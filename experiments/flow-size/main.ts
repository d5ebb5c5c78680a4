import path from "node:path";
import { main } from "../../start/cli.ts";
import type { Command } from "../../start/commands/command.ts";
import { createHost } from "../../start/lib/host.ts";
import { record } from "./record/command.ts";
import { run, smoke } from "./run/command.ts";

/** What `npm run experiment` can do. */
const COMMANDS: Readonly<Record<string, Command>> = { record, run, smoke };
const DEFAULT_COMMAND = "run";

const io = {
  host: createHost(),
  projectRoot: path.resolve(import.meta.dirname, "../.."),
  stdout: process.stdout,
  stderr: process.stderr,
};
process.exitCode = await main(process.argv.slice(2), io, COMMANDS, DEFAULT_COMMAND);
