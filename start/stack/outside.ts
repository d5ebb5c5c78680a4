import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import path from "node:path";
import { parse, stringify } from "yaml";
import { hostsIn } from "../settings/cilium.ts";
import type { Settings } from "../settings/index.ts";
import type { Layout } from "./layout.ts";
import { remoteWrite, remoteWriteSecrets } from "./remote-write.ts";

/**
 * Prometheus' own network, its only way out: in `backend` there is none. It answers everyone, so it must not listen there,
 * where this machine and so each page in its browser has an address; it listens at its name in `backend` alone.
 */
const OUTSIDE = "prometheus-outside";
const INSIDE = "prometheus-inside";
const PORT = 9090;

const CONFIGURATION = "prometheus.yml";
/** In the folder of targets, where each file beside them would be taken for one of scrape jobs. */
const CHANGED = `main/${CONFIGURATION}`;

type Outside = Pick<Settings, "REMOTE_WRITE_URL" | "CILIUM_NODES">;

/** Whether Prometheus has somebody to send to, or to ask, that is not of this stack. */
function goesOut({ REMOTE_WRITE_URL, CILIUM_NODES }: Outside): boolean {
  return REMOTE_WRITE_URL !== "" || CILIUM_NODES !== "";
}

/** What docker-compose.yml has of it: which configuration Prometheus reads, and where it listens. */
export function outsideVariables(settings: Outside) {
  return goesOut(settings)
    ? { PROMETHEUS_CONFIG: `/etc/prometheus-targets/${CHANGED}`, PROMETHEUS_HOST: INSIDE }
    : { PROMETHEUS_CONFIG: `/etc/prometheus/${CONFIGURATION}`, PROMETHEUS_HOST: "" };
}

/** What Prometheus and the networks of docker-compose.yml get added where it goes out. */
export function outsideCompose(settings: Outside, layout: Layout) {
  if (!goesOut(settings)) return {};
  const [name, network] = outsideNetwork(settings, layout.names.project);
  return {
    prometheus: {
      networks: { backend: { aliases: [INSIDE] }, [name]: {} },
      ...remoteWriteSecrets(settings, layout),
    },
    networks: { [name]: network },
  };
}

/**
 * With IPv6 where a node needs it: a network of another name, since Compose leaves one that is there as it is. Engines before
 * Docker 27 have no such addresses to give: these are of the range that everyone may use, and of this project alone.
 */
function outsideNetwork({ CILIUM_NODES }: Outside, project: string): [name: string, network: object] {
  if (!hostsIn(CILIUM_NODES).some(isIPv6)) return [OUTSIDE, {}];
  const hash = createHash("sha256").update(`${project} ${OUTSIDE}`).digest("hex");
  const subnet = `fd${hash.slice(0, 2)}:${hash.slice(2, 6)}:${hash.slice(6, 10)}:${hash.slice(10, 14)}::/64`;
  return [`${OUTSIDE}-ipv6`, { enable_ipv6: true, ipam: { config: [{ subnet }] } }];
}

/** Writes Prometheus' configuration where it is not the one of docker-compose.yml, and removes what an earlier start wrote. */
export async function provideConfiguration(layout: Layout, settings: Settings, node: string): Promise<void> {
  const file = path.join(layout.targets, CHANGED);
  await rm(path.dirname(file), { recursive: true, force: true });
  if (!goesOut(settings)) return;
  await mkdir(path.dirname(file), { mode: 0o755 });
  const text = await readFile(path.join(layout.prometheus, CONFIGURATION), "utf8");
  await writeFile(file, outsideConfiguration(text, settings, node), { mode: 0o644 });
}

interface Configuration {
  global: object;
  scrape_configs: { job_name: string }[];
}

/**
 * Prometheus' configuration for listening inside alone, with the storage to send to. It has the whole text anew since a file of
 * some of it is nothing that Prometheus could read beside its own.
 * @param text the configuration without it
 * @param node stands with each sample that is sent and has no such label of its own
 */
export function outsideConfiguration(text: string, settings: Settings, node: string): string {
  const { global, scrape_configs, ...rest } = parse(text) as Configuration;
  const sends = settings.REMOTE_WRITE_URL !== "";
  const configuration = {
    ...rest,
    global: { ...global, ...(sends && { external_labels: { node } }) },
    // Relative to this file, which lies elsewhere.
    rule_files: ["/etc/prometheus/rules/*.yml"],
    scrape_configs: scrape_configs.map((job) => (job.job_name === "prometheus" ? ownJob(job.job_name) : job)),
    ...(sends && { remote_write: [remoteWrite(settings)] }),
  };
  return `# Written by npm start from prometheus/prometheus.yml and config.monitoring.\n${stringify(configuration)}`;
}

/** Where it listens, under the name that it has else: no query and no panel is to see a difference. */
function ownJob(name: string) {
  const labels = { instance: `localhost:${PORT}` };
  return { job_name: name, static_configs: [{ targets: [`${INSIDE}:${PORT}`], labels }] };
}
