import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../../../start/errors.ts";
import type { Host, RunResult } from "../../../start/lib/host.ts";
import { type Wait, waitFor } from "../../../start/lib/wait.ts";
import type { ControlGroup } from "./control-group.ts";

/** What a node runs beside its pods. */
export interface Processes {
  /** Starts a program in the node's namespaces; its output goes to a file of its name. */
  start(name: string, command: readonly string[]): Process;
  /** What to run instead of a command so that it runs there and in the control group. */
  command(command: readonly string[]): readonly string[];
  /** Runs a command to its end, in the node's namespaces alone. */
  run(command: readonly string[]): Promise<RunResult>;
  /** The control group of all that is started, with what those start themselves. */
  group: ControlGroup;
}

export interface Process {
  pid: number;
  /** Waits as `waitFor` does, but no longer than the process lives. @throws StartError CLUSTER_DIED with its last words */
  ready<T>(wait: Wait, probe: () => Promise<T>): Promise<T>;
  /** The same until it has printed "ready". */
  saysReady(wait: Wait): Promise<void>;
}

export interface Conditions {
  host: Host;
  signal: AbortSignal;
  /** Words before a command that bring it into the node's namespaces; none: those of this process. */
  enter: readonly string[];
  group: ControlGroup;
  /** Folder of what they print. */
  logs: string;
  path: string;
}

/** A shell that joins the control group, and then becomes the command. */
const JOIN = 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"';

export function createProcesses({ host, signal, enter, group, logs, path: programs }: Conditions): Processes {
  const env = { PATH: `${programs}:${host.env.PATH}` };
  const run = ([program = "", ...args]: readonly string[]) => host.run(program, args, { env, signal });
  const within = (command: readonly string[]) => [...enter, "sh", "-c", JOIN, "sh", group.folder, ...command];
  return {
    group,
    command: within,
    run: (command) => run([...enter, ...command]),
    start: (name, command) => {
      const log = path.join(logs, `${name}.log`);
      const output = openSync(log, "w");
      const [program = "", ...args] = within(command);
      const child = spawn(program, args, {
        stdio: ["ignore", output, output],
        // A Ctrl-C is for this process alone, which then takes the others down in order.
        detached: true,
        env: { ...host.env, ...env },
      });
      child.unref();
      const ended = once(child, "exit").then(async () => {
        throw died(name, await readFile(log, "utf8"));
      });
      ended.catch(() => {});
      const ready: Process["ready"] = (wait, probe) => Promise.race([waitFor(wait, probe), ended]);
      const hasSaidReady = async () => {
        if (!/^ready$/m.test(await readFile(log, "utf8"))) throw new Error("it has not said that it is ready");
      };
      return { pid: child.pid ?? 0, ready, saysReady: (wait) => ready(wait, hasSaidReady) };
    },
  };
}

function died(name: string, log: string): StartError {
  return new StartError("CLUSTER_DIED", {
    what: `${name} ended before the cluster was ready`,
    why: log.trim().split("\n").slice(-12).join("\n") || "it printed nothing",
    fix: "see its last lines above",
  });
}
