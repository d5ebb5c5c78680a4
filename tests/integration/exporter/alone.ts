import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { nodeFlags } from "../../bench/rig/exporter.ts";
import { ROOT } from "../lib/launcher.ts";

const SERVICE = path.join(ROOT, "exporters/flow-exporter");
/** On a busy machine, a first read of many sockets takes a while. */
const START_MS = 60_000;

interface AloneOptions {
  env: Record<string, string>;
  /** A command that runs another one in some bounds. */
  within?: readonly string[];
  /** Given to Node before what the exporter's image gives it. */
  nodeArgs?: readonly string[];
}

/** An exporter as its image starts it, on whatever its environment names. */
export interface LoneExporter {
  url: string;
  pid: number;
  /** What it has written so far, on both its outputs. */
  lines: readonly string[];
  /** Undefined while it runs. */
  exitCode(): number | undefined;
  /** SIGTERM, then the exit code. */
  stop(): Promise<number | undefined>;
}

/** @throws Error with its words when it does not listen within a minute. */
export async function startAlone({ env, within = [], nodeArgs = [] }: AloneOptions): Promise<LoneExporter> {
  const node = [process.execPath, ...nodeArgs, ...(await nodeFlags(SERVICE)), path.join(SERVICE, "main.ts")];
  const [program = "", ...args] = [...within, ...node];
  const given = { NODE_ENV: "production", FLOW_PORT: "0", ...env };
  const child = execa(program, args, { env: given, reject: false, buffer: false, stdin: "ignore" });
  const lines: string[] = [];
  let exitCode: number | undefined;
  const ended = child.then((result) => (exitCode = result.exitCode ?? -1));
  const port = await new Promise<number>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the exporter ${why}: ${lines.join("\n")}`));
    const timer = setTimeout(() => fail("does not listen"), START_MS);
    const take = (line: string) => {
      lines.push(line);
      const listening = /"port":(\d+)/.exec(line)?.[1];
      if (listening === undefined) return;
      clearTimeout(timer);
      resolve(Number(listening));
    };
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", take);
    void ended.then(() => fail("has ended"));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    lines,
    exitCode: () => exitCode,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
