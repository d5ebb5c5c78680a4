import assert from "node:assert/strict";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { eventually } from "./eventually.ts";
import { ROOT } from "./launcher.ts";

const RULES = "prometheus/rules";

/** What Prometheus scrapes, as in its configuration; every second, and under a job of this name. */
export type Jobs = Readonly<Record<string, Job>>;

interface Job {
  target: string;
  /** Which each of its series gets. */
  labels?: Readonly<Record<string, string>>;
  sample_limit?: number;
  metric_relabel_configs?: readonly { action: "labeldrop"; regex: string }[];
}

interface Alerts {
  alerts: { state: string; labels: Record<string, string> }[];
}

interface Targets {
  activeTargets: { labels: { job: string }; health: string }[];
}

interface Groups {
  groups: { name: string; lastEvaluation: string }[];
}

/** A Prometheus that applies the stack's own rules, but at once: neither rare evaluation nor `for` makes it wait. */
export interface Judge {
  /** Of its HTTP interface. */
  url: string;
  /** Labels of each alert that fires, its name among them; asked once every rule has been judged anew. */
  firing(): Promise<Record<string, string>[]>;
  stop(): Promise<void>;
}

/**
 * Starts it, up to the first scrape of each job.
 * @param image of Prometheus
 * @param folder for its configuration
 * @param jobs besides its own
 */
export async function startJudge(image: string, folder: string, jobs: Jobs): Promise<Judge> {
  const container = `flowtally-test-judge-${process.pid}`;
  const address = `127.0.0.1:${await freePort()}`;
  await writeConfiguration(folder, { ...jobs, prometheus: { target: address } });
  const mounts = ["--volume", `${folder}:/etc/prometheus:ro`, "--tmpfs", "/tmp:mode=1777"];
  const options = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/tmp/data"];
  const run = ["run", "--rm", "--detach", "--name", container, "--network=host", ...mounts, image, ...options];
  await execa("docker", [...run, `--web.listen-address=${address}`, ...(await features())]);
  const ask = async <Answer>(what: string) => {
    const answer = (await (await fetch(`http://${address}/api/v1/${what}`)).json()) as { data: Answer };
    return answer.data;
  };
  const areJudgedSince = async (start: number) => {
    const { groups } = await ask<Groups>("rules");
    for (const { name, lastEvaluation } of groups)
      assert.ok(Date.parse(lastEvaluation) > start, `${name} is not judged yet`);
  };
  await eventually(20, async () => {
    const { activeTargets } = await ask<Targets>("targets");
    for (const { labels, health } of activeTargets) assert.equal(health, "up", labels.job);
  });
  return {
    url: `http://${address}`,
    firing: async () => {
      const start = Date.now();
      await eventually(20, () => areJudgedSince(start));
      const { alerts } = await ask<Alerts>("alerts");
      return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels);
    },
    stop: async () => void (await execa("docker", ["rm", "--force", "--volumes", container])),
  };
}

async function writeConfiguration(folder: string, jobs: Jobs): Promise<void> {
  await cp(path.join(ROOT, RULES), path.join(folder, "rules"), { recursive: true });
  for (const name of (await readdir(path.join(ROOT, RULES))).filter((name) => name.endsWith(".yml"))) {
    const text = await readFile(path.join(ROOT, RULES, name), "utf8");
    await writeFile(
      path.join(folder, "rules", name),
      text.replace(/^ +for: .*\n/gm, "").replace(/^( +interval:).*/gm, "$1 1s"),
    );
  }
  const scrapes = Object.entries(jobs).map(([job_name, { target, labels, ...rest }]) => ({
    job_name,
    static_configs: [{ targets: [target], labels }],
    ...rest,
  }));
  const global = { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" };
  const configuration = { global, rule_files: ["rules/*.yml"], scrape_configs: scrapes };
  await writeFile(path.join(folder, "prometheus.yml"), JSON.stringify(configuration));
}

/** What the stack's own Prometheus is told to do besides. */
async function features(): Promise<string[]> {
  const compose = parse(await readFile(path.join(ROOT, "docker-compose.yml"), "utf8"), { merge: true });
  const command = (compose as { services: { prometheus: { command: string[] } } }).services.prometheus.command;
  return command.filter((option) => option.startsWith("--enable-feature="));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
