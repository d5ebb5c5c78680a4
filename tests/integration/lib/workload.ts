import { rename } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { BUILT } from "./built.ts";
import { ROOT } from "./launcher.ts";

/** One end of a connection of tests/workloads/talk.c, as the process that holds it reports it. */
export interface End {
  role: "client" | "server";
  /** Socket cookie, decimal. */
  cookie: string;
  pid: number;
  /** The listening port. */
  port: number;
  /** Payload bytes this end sent. */
  sent: number;
  received: number;
}

export interface TalkOptions {
  family: "4" | "6" | "mapped";
  connections: number;
  /** Bytes the client sends on each connection. */
  request: number;
  response: number;
}

/**
 * Compiles a program of tests/workloads, unless that was done elsewhere; returns its path. It appears there whole: another
 * test may run it, or build it, at the same time.
 */
export async function compileWorkload(name: string): Promise<string> {
  if (BUILT !== undefined) return path.join(BUILT, "workloads", name);
  const program = path.join(ROOT, ".flowtally/workloads", name);
  const source = path.join(ROOT, "tests/workloads", `${name}.c`);
  await execa("mkdir", ["-p", path.dirname(program)]);
  await execa("cc", ["-O2", "-Wall", "-Werror", "-pthread", "-o", `${program}.${process.pid}`, source]);
  await rename(`${program}.${process.pid}`, program);
  return program;
}

/** Runs a talk up to its last byte; the sockets stay open until `end`. */
export async function talk(program: string, options: TalkOptions): Promise<{ ends: End[]; end(): Promise<void> }> {
  const { family, connections, request, response } = options;
  const child = execa(program, [family, `${connections}`, `${request}`, `${response}`], { buffer: false });
  const ends: End[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line === "ready") break;
    ends.push(JSON.parse(line) as End);
  }
  return {
    ends,
    end: async () => {
      child.stdin.end();
      await child;
    },
  };
}
