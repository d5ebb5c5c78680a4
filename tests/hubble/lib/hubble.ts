import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { programs } from "./programs.ts";

/** On a busy machine, and by way of a relay that waits for its slowest node. */
const DEADLINE_MS = 60_000;

/** A line of `hubble observe -o json`, as far as the tests look at it. */
export interface Observed {
  node_name: string;
  time: string;
  flow?: ObservedFlow;
  node_status?: { state_change: string; node_names: string[] };
  lost_events?: { num_events_lost: string };
}

export interface ObservedFlow {
  uuid: string;
  time: string;
  verdict: string;
  IP: { source: string; destination: string; ipVersion: string };
  l4?: Record<"TCP" | "UDP", { source_port: number; destination_port: number; flags?: Record<string, boolean> }>;
  source?: ObservedEndpoint;
  destination?: ObservedEndpoint;
  source_service?: ObservedService;
  destination_service?: ObservedService;
  node_name: string;
  Type: string;
  is_reply?: boolean;
  traffic_direction?: string;
  event_type?: { type: number; sub_type?: number };
  Summary: string;
}

interface ObservedService {
  name: string;
  namespace: string;
}

interface ObservedEndpoint {
  identity?: number;
  namespace?: string;
  pod_name?: string;
  labels?: string[];
  workloads?: { name: string; kind: string }[];
}

/** One run of the CLI that has ended. */
export interface Said {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** The CLI with a server and a home of its own: a configuration that somebody has here must not decide what is asked. */
export class Hubble {
  readonly #server: readonly string[];
  readonly #home: string;

  private constructor(server: readonly string[], home: string) {
    this.#server = server;
    this.#home = home;
  }

  /** @param server words that say which one, `--server ADDRESS` and those of TLS */
  static async at(...server: readonly string[]): Promise<Hubble> {
    return new Hubble(server, await mkdtemp(path.join(tmpdir(), "flowtally-hubble-")));
  }

  /** Runs it to its end, whatever that is. */
  async run(...words: readonly string[]): Promise<Said> {
    const { exitCode, stdout, stderr } = await this.#start(words, DEADLINE_MS);
    return { exitCode, stdout, stderr };
  }

  /** What it prints. @throws Error with its words, where it fails or complains */
  async says(...words: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(...words);
    if (exitCode !== 0 || stderr !== "") throw new Error(`hubble ${words.join(" ")}: ${exitCode} ${stderr}`);
    return stdout;
  }

  /** The flows of `hubble observe -o json`, in its order. */
  async flows(...filters: readonly string[]): Promise<ObservedFlow[]> {
    const text = await this.says("observe", "-o", "json", ...filters);
    return linesOf(text).flatMap(({ flow }) => (flow ? [flow] : []));
  }

  /** `hubble observe --follow -o json` until it is disposed of; `lines` grows. */
  follow(...filters: readonly string[]): { lines: readonly Observed[] } & AsyncDisposable {
    const child = this.#start([...FOLLOW, ...filters]);
    const lines: Observed[] = [];
    createInterface(child.stdout).on("line", (line) => lines.push(JSON.parse(line) as Observed));
    return { lines, [Symbol.asyncDispose]: () => interrupt(child) };
  }

  /** The same into a file, which is there once this returns. */
  async followInto(file: string): Promise<AsyncDisposable> {
    const out = createWriteStream(file, { mode: 0o644 });
    await once(out, "open");
    const child = this.#start(FOLLOW);
    child.stdout.pipe(out);
    return { [Symbol.asyncDispose]: () => interrupt(child) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#home, { recursive: true });
  }

  #start(words: readonly string[], timeout = 0) {
    return execa(programs().hubble, [...words, ...this.#server], {
      env: { HOME: this.#home, XDG_CONFIG_HOME: this.#home },
      reject: false,
      stdin: "ignore",
      timeout,
    });
  }
}

const FOLLOW = ["observe", "--follow", "-o", "json"];

async function interrupt(child: Promise<unknown> & { kill(signal: "SIGINT"): boolean }): Promise<void> {
  child.kill("SIGINT");
  await child;
}

export function linesOf(text: string): Observed[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Observed);
}
