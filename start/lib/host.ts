import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  input?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called with each line the command prints, either stream. */
  onLine?: (line: string) => void;
}

export interface RunResult {
  ok: boolean;
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  /** Command, exit code and last output in one text, for error messages. */
  message: string;
}

/** The machine the launcher works on. Tests hand in a fixture folder as `root` and a fake `run`. */
export interface Host {
  /** Where `/proc`, `/sys`, `/etc` and so on are looked up; "/" but for tests. */
  root: string;
  arch: NodeJS.Architecture;
  uid: number;
  env: NodeJS.ProcessEnv;
  /** Absolute path on this host: `resolve("/proc/meminfo")`. */
  resolve(absolute: string): string;
  /** A file's text, or undefined when it cannot be read. */
  readText(absolute: string): Promise<string | undefined>;
  /** Runs a command; never throws for a failed command, only for an abort. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** The same with root rights: directly when root, through `sudo -n` otherwise. */
  runAsRoot(command: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Full path of a program on the PATH (or in the usual sbin folders), or undefined. */
  which(program: string): Promise<string | undefined>;
}

const SBIN = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The real machine this process runs on. */
export function createHost(root = "/"): Host {
  const resolve = (absolute: string) => path.join(root, absolute);
  const uid = process.getuid?.() ?? 0;
  const env = { ...process.env, PATH: [process.env.PATH ?? "", ...SBIN].join(":") };
  const host: Host = {
    root,
    arch: process.arch,
    uid,
    env,
    resolve,
    readText: (absolute) => readFile(resolve(absolute), "utf8").catch(() => undefined),
    run: (command, args, options = {}) => run(command, args, env, options),
    runAsRoot: (command, args, options = {}) =>
      uid === 0 ? run(command, args, env, options) : run("sudo", ["-n", "--", command, ...args], env, options),
    which: async (program) => {
      const found = await run("sh", ["-c", 'command -v -- "$1"', "sh", program], env, {});
      return found.ok ? found.stdout.trim() : undefined;
    },
  };
  return host;
}

async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: RunOptions,
): Promise<RunResult> {
  const child = execa(command, [...args], {
    reject: false,
    all: true,
    stdin: options.input === undefined ? "ignore" : "pipe",
    env: { ...env, ...options.env },
    extendEnv: false,
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const { onLine } = options;
  if (onLine) {
    for await (const line of child.iterable({ from: "all" })) onLine(String(line));
  }
  const result = await child;
  options.signal?.throwIfAborted();
  return {
    ok: !result.failed,
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    message: result.failed ? (result.message ?? `${command} failed`) : "",
  };
}
