import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { eventually } from "../integration/lib/eventually.ts";
import { freePort } from "../integration/lib/judge.ts";
import { victoriaMetricsPrograms } from "./victoria-metrics-programs.ts";

/** One sample as it is stored: milliseconds since the epoch, and the value. */
export type Stored = readonly [at: number, value: number];

/** A VictoriaMetrics of our own in a temporary folder, and vmauth before it, which lets nobody through without credentials. */
export interface VictoriaMetrics extends AsyncDisposable {
  /** Of vmauth, on all addresses of this machine: what remote writes are posted to. */
  port: number;
  /** Labels of each series that a selector finds now. */
  series(selector: string): Promise<Record<string, string>[]>;
  /** All that is stored of the one series that a selector finds. */
  stored(selector: string): Promise<Stored[]>;
  /** Ends the storage in an orderly way; vmauth goes on, and has nobody to ask. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Who may write: basic auth, or a bearer token. */
export type Credentials = { user: string; password: string } | { token: string };

export async function startVictoriaMetrics(allowed: readonly Credentials[]): Promise<VictoriaMetrics> {
  const programs = victoriaMetricsPrograms();
  if (programs === undefined) throw new Error("VictoriaMetrics is not there: run `node tests/setup.ts`");
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-victoria-metrics-"));
  const storage = `127.0.0.1:${await freePort()}`;
  const port = await freePort();
  let running: ReturnType<typeof run> | undefined;
  const start = async () => {
    running = run(programs.storage, [
      `-storageDataPath=${folder}/data`,
      `-httpListenAddr=${storage}`,
      "-retentionPeriod=1y",
    ]);
    await answers(`http://${storage}/health`);
  };
  const stop = async () => {
    running?.kill("SIGTERM");
    await running;
  };
  await writeFile(
    path.join(folder, "auth.json"),
    JSON.stringify({ users: allowed.map((one) => userOf(one, storage)) }),
  );
  await start();
  const proxy = run(programs.proxy, [`-auth.config=${folder}/auth.json`, `-httpListenAddr=:${port}`]);
  await answers(`http://127.0.0.1:${port}/health`);
  const ask = async (what: string, parameters: Record<string, string>) => {
    const response = await fetch(`http://${storage}/api/v1/${what}?${new URLSearchParams(parameters)}`);
    if (!response.ok) throw new Error(`VictoriaMetrics answered ${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    port,
    stop,
    start,
    series: async (selector) => {
      const answer = await ask("series", { "match[]": selector });
      return ((await answer.json()) as { data: Record<string, string>[] }).data;
    },
    stored: async (selector) => {
      const lines = (await (await ask("export", { "match[]": selector })).text()).split("\n").filter(Boolean);
      const found = lines.map((line) => JSON.parse(line) as { timestamps: number[]; values: number[] });
      const samples = found.flatMap(({ timestamps, values }) =>
        timestamps.map((at, index): Stored => [at, values[index] ?? Number.NaN]),
      );
      return samples.sort(([a], [b]) => a - b);
    },
    [Symbol.asyncDispose]: async () => {
      proxy.kill("SIGTERM");
      await Promise.all([stop(), proxy]);
      await rm(folder, { recursive: true });
    },
  };
}

function run(program: string, args: readonly string[]) {
  return execa(program, args, { stdin: "ignore", stdout: "ignore", stderr: "ignore", reject: false });
}

function userOf(credentials: Credentials, storage: string) {
  const url_prefix = `http://${storage}/`;
  return "token" in credentials
    ? { bearer_token: credentials.token, url_prefix }
    : { username: credentials.user, password: credentials.password, url_prefix };
}

async function answers(url: string): Promise<void> {
  await eventually(30, async () => {
    const { status } = await fetch(url);
    if (status >= 500) throw new Error(`${url} answers ${status}`);
  });
}
