import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { Settings } from "../settings/index.ts";
import type { HostFacts } from "./host-facts.ts";
import type { Layout } from "./layout.ts";

/**
 * Prometheus' own network, its only way out: in `backend` there is none. It answers everyone, so it must not listen there,
 * where this machine and so each page in its browser has an address; it listens at its name in `backend` alone.
 */
const OUTSIDE = "prometheus-outside";
const INSIDE = "prometheus-inside";
const PORT = 9090;

const SECRETS = "/run/secrets/remote-write";
const CONFIGURATION = "prometheus.yml";
/** In the folder of targets, where each file beside them would be taken for one of scrape jobs. */
const CHANGED = `main/${CONFIGURATION}`;

type NodeName = Pick<Settings, "NODE_NAME">;

/** What this machine is called: in the owners of flows, and in what is sent to a storage of many machines. */
export function nodeNameOf({ NODE_NAME }: NodeName, { node }: Pick<HostFacts, "node">): string {
  return NODE_NAME || node;
}

/** What docker-compose.yml has of it: which configuration Prometheus reads, and where it listens. */
export function remoteWriteVariables({ REMOTE_WRITE_URL }: Pick<Settings, "REMOTE_WRITE_URL">) {
  return REMOTE_WRITE_URL === ""
    ? { PROMETHEUS_CONFIG: `/etc/prometheus/${CONFIGURATION}`, PROMETHEUS_HOST: "" }
    : { PROMETHEUS_CONFIG: `/etc/prometheus-targets/${CHANGED}`, PROMETHEUS_HOST: INSIDE };
}

/** What Prometheus and the networks of docker-compose.yml get added where samples are sent somewhere. */
export function remoteWriteCompose({ REMOTE_WRITE_URL }: Pick<Settings, "REMOTE_WRITE_URL">, layout: Layout) {
  if (REMOTE_WRITE_URL === "") return {};
  const secrets = path.join(layout.folder, path.basename(path.dirname(layout.remoteWriteSecret)));
  return {
    prometheus: {
      networks: { backend: { aliases: [INSIDE] }, [OUTSIDE]: {} },
      volumes: [`./${secrets}:${SECRETS}:ro`],
    },
    networks: { [OUTSIDE]: {} },
  };
}

/** Writes Prometheus' configuration where it is not the one of docker-compose.yml, and removes what an earlier start wrote. */
export async function provideConfiguration(layout: Layout, settings: Settings, node: string): Promise<void> {
  const file = path.join(layout.targets, CHANGED);
  await rm(path.dirname(file), { recursive: true, force: true });
  if (settings.REMOTE_WRITE_URL === "") return;
  await mkdir(path.dirname(file), { mode: 0o755 });
  const text = await readFile(path.join(layout.prometheus, CONFIGURATION), "utf8");
  await writeFile(file, withRemoteWrite(text, settings, node), { mode: 0o644 });
}

interface Configuration {
  global: object;
  scrape_configs: { job_name: string }[];
}

/**
 * Prometheus' configuration with the storage to send to. It has the whole text anew since a file of `remote_write` alone is
 * nothing that Prometheus could read beside its own.
 * @param text the configuration without it
 * @param node stands with each sample that has no such label of its own
 */
export function withRemoteWrite(text: string, settings: Settings, node: string): string {
  const { global, scrape_configs, ...rest } = parse(text) as Configuration;
  const configuration = {
    ...rest,
    global: { ...global, external_labels: { node } },
    // Relative to this file, which lies elsewhere.
    rule_files: ["/etc/prometheus/rules/*.yml"],
    scrape_configs: scrape_configs.map((job) => (job.job_name === "prometheus" ? ownJob(job.job_name) : job)),
    remote_write: [remoteWrite(settings)],
  };
  return `# Written by npm start from prometheus/prometheus.yml and config.monitoring.\n${stringify(configuration)}`;
}

/** Where it listens, under the name that it has without remote write: no query and no panel is to see a difference. */
function ownJob(name: string) {
  const labels = { instance: `localhost:${PORT}` };
  return { job_name: name, static_configs: [{ targets: [`${INSIDE}:${PORT}`], labels }] };
}

function remoteWrite(settings: Settings) {
  return {
    name: "remote",
    url: settings.REMOTE_WRITE_URL,
    ...credentials(settings),
    queue_config: {
      // Some 12,000 samples wait in each: within the memory limit, and enough to catch up.
      max_shards: 8,
      // Else what a busy storage refuses would be lost.
      retry_on_http_429: true,
    },
  };
}

/** By file, which Prometheus reads anew for each request: its configuration may be read by whoever may ask it. */
function credentials({ REMOTE_WRITE_USER, REMOTE_WRITE_PASSWORD, REMOTE_WRITE_BEARER_TOKEN }: Settings) {
  const file = `${SECRETS}/secret`;
  if (REMOTE_WRITE_PASSWORD !== "") return { basic_auth: { username: REMOTE_WRITE_USER, password_file: file } };
  return REMOTE_WRITE_BEARER_TOKEN === "" ? {} : { authorization: { type: "Bearer", credentials_file: file } };
}
