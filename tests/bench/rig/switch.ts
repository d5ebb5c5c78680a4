import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import type { Programs } from "./programs.ts";
import { startTracer } from "./tracer.ts";

/** A tracer's programs, attached and detached within milliseconds while their tables and pins stay. */
export interface Switch extends AsyncDisposable {
  turn(on: boolean): Promise<void>;
  /** Reads all that an exporter reads in a cycle, to no end. */
  read(): Promise<unknown>;
}

const READ = ["closed", "closed_ack", "snapshot", "live"];
const READ_OF_UDP = ["udp", "udp_ack"];

/**
 * Starts the real tracer and ends it as a crash would: then its programs hang on the pins alone, which a small program
 * takes over. Nothing in the programs knows that they are switched.
 */
export async function startSwitch(programs: Programs, udp: boolean, signal: AbortSignal): Promise<Switch> {
  await using parts = new AsyncDisposableStack();
  const tracer = await startTracer(programs.tracer, { udp, signal });
  parts.defer(() => rm(tracer.pins, { recursive: true, force: true }));
  process.kill(tracer.pid, "SIGKILL");
  await tracer[Symbol.asyncDispose]();
  const child = execa(programs.switch, [path.join(tracer.pins, "kept"), rootCgroup()], {
    reject: false,
    buffer: { stdout: false, stderr: true },
  });
  parts.defer(async () => {
    child.stdin.end();
    await child;
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { done } = await answers.next();
    if (done) throw new Error(`the programs cannot be switched: ${(await child).stderr}`);
  };
  await answer();
  const pins = [...READ, ...(udp ? READ_OF_UDP : [])].map((pin) => path.join(tracer.pins, pin));
  const kept = parts.move();
  return {
    turn: async (on) => {
      child.stdin.write(on ? "1" : "0");
      await answer();
    },
    read: () => execa("cat", pins, { stdout: "ignore" }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Of cgroup v2, which is elsewhere where v1 is in use too. */
function rootCgroup(): string {
  return existsSync("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
}
