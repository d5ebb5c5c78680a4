import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { BUILT } from "./built.ts";
import { runnable } from "./enterable.ts";
import { ROOT } from "./launcher.ts";

const FOLDER = BUILT ?? path.join(ROOT, ".flowtally/flow-tracer");
const PROGRAM = path.join(FOLDER, "flow-tracer");

export interface Tracer {
  pid: number;
  /** Folder of its pins, this test run's own. */
  pins: string;
  /** The lines of its log up to READY. */
  said: string[];
  /** SIGTERM, then the exit code. */
  stop(): Promise<number | undefined>;
  kill(): Promise<void>;
  /** Whoever reads its log goes away. */
  closeLog(): void;
}

/** Why the tracer cannot be built or run here; undefined when it can. */
export async function tracerLacks(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "needs root";
  if (!existsSync("/sys/kernel/btf/vmlinux")) return "needs a kernel with BTF";
  const mounts = await execa("mount", ["-t", "bpf"]);
  if (!mounts.stdout.includes(" /sys/fs/bpf ")) return "needs a BPF file system on /sys/fs/bpf";
  if (BUILT !== undefined) return existsSync(PROGRAM) ? undefined : `needs ${PROGRAM}`;
  const tools = await execa("sh", ["-c", "command -v clang bpftool make cc"], { reject: false });
  return tools.exitCode === 0 ? undefined : "needs clang, bpftool, make and a C compiler";
}

/** Builds flow-tracer and http-ok with this machine's tools, unless they were built elsewhere; returns their folder. */
export async function buildTracer(): Promise<string> {
  if (BUILT === undefined) await execa("make", ["-C", path.join(ROOT, "exporters/flow-tracer")]);
  return FOLDER;
}

/** Runs flow-tracer once, to its end. */
export function runTracer(...args: string[]) {
  return runTracerBy([], ...args);
}

/** The same by another command, which takes the program and its arguments after its own. */
export async function runTracerBy(command: readonly string[], ...args: string[]) {
  const [file = PROGRAM, ...rest] = [...command, await programFor(command)];
  return execa(file, [...rest, ...args], { reject: false, timeout: 60_000 });
}

/** Other commands may take away root's right to pass over modes, by which it gets into a folder of another user. */
async function programFor(command: readonly string[]): Promise<string> {
  return command.length === 0 || BUILT !== undefined ? PROGRAM : runnable(PROGRAM);
}

/** Removes what a killed tracer has left, as `npm run stop` does. */
export async function removePins(folder: string): Promise<void> {
  await execa("rm", ["-rf", folder]);
}

/** Starts a tracer with pins of its own, up to its READY line. */
export function startTracer(name: string, ...args: string[]): Promise<Tracer> {
  return startTracerBy([], name, ...args);
}

/** The same by another command, which becomes the program, with the arguments after its own. */
export async function startTracerBy(command: readonly string[], name: string, ...args: string[]): Promise<Tracer> {
  const pins = `/sys/fs/bpf/flowtally-test-${name}`;
  const [file = PROGRAM, ...rest] = [...command, await programFor(command), "--pins", pins, ...args];
  const child = execa(file, rest, { reject: false, buffer: { stdout: false, stderr: true } });
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (line.includes('"code":"READY"')) break;
  }
  const ready = said.at(-1)?.includes('"code":"READY"') === true;
  if (!ready || child.pid === undefined) throw new Error(`the tracer did not start: ${(await child).stderr}`);
  child.stdout.resume();
  return {
    pid: child.pid,
    pins,
    said,
    stop: async () => {
      child.kill("SIGTERM");
      return (await child).exitCode;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await child;
    },
    closeLog: () => void child.stdout.destroy(),
  };
}
