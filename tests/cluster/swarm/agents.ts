import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Health } from "../../../exporters/flow-exporter/outputs/http/answers.ts";
import { createHost } from "../../../start/lib/host.ts";
import { knowsBpfCapability } from "../../../start/stack/capabilities.ts";
import { eventually } from "../../integration/lib/eventually.ts";
import { ROOT } from "../../integration/lib/launcher.ts";
import { providedImage } from "../../lib/provided-image.ts";
import type { EngineNode } from "./node.ts";
import type { Swarm } from "./swarm.ts";

const STACK = "flowtally";
const SERVICE = `${STACK}_flow-exporter`;
const PORT = 9436;
const READY_SECONDS = 120;

/** What the stack's variables name. */
const IMAGES = {
  HAPROXY_IMAGE: "haproxy",
  FLOW_TRACER_IMAGE: "flow-tracer",
  FLOW_EXPORTER_IMAGE: "flow-exporter",
  PROMETHEUS_IMAGE: "prometheus",
} as const;

type Images = Record<keyof typeof IMAGES, string>;

/** The images of the stack, of what is in this folder. */
export async function stackImages(): Promise<Images> {
  const context = { host: createHost(), report: () => {}, signal: new AbortController().signal };
  const references: [string, string][] = [];
  for (const [variable, name] of Object.entries(IMAGES)) {
    const image = await providedImage(context, ROOT, name);
    if (image === undefined) throw new Error(`there is no image of ${name}`);
    references.push([variable, image.reference]);
  }
  return Object.fromEntries(references) as Images;
}

/** The nodes share a kernel, which shows each agent the sockets of all: each is told which are its node's. */
const OVERRIDE = {
  version: "3.9",
  services: { "flow-exporter": { environment: { FLOW_CGROUP: "/{{.Node.Hostname}}" } } },
};

/** Deploys `deploy/swarm` as docs/swarm.md says, with the store and the console's port, and waits until each agent works. */
export async function deployAgents({ manager, worker, folder }: Swarm, images: Images, store: string): Promise<void> {
  await manager.docker(["secret", "create", "flow-store", "-"], { input: store });
  const override = path.join(folder, "override.yml");
  await writeFile(override, JSON.stringify(OVERRIDE));
  const files = ["stack.yml", "store.yml", "console-port.yml"].map((name) => path.join(ROOT, "deploy/swarm", name));
  const env = {
    // More than there are.
    FLOW_EXPORTER_CPUS: "4096",
    ...images,
    ...(await rightsOf(manager, images)),
    FLOW_ALLOWED_HOSTS: `${manager.address},${worker.address}`,
  };
  await deploy(manager, STACK, [...files, override], env);
  for (const node of [manager, worker]) {
    await eventually(READY_SECONDS, async () => {
      const { sources } = await ask<Health>(node, "/healthz");
      const failing = Object.entries(sources).filter(([, source]) => source.up === false);
      if (failing.length > 0 || !sources.store) throw new Error(`${node.name}: ${JSON.stringify(sources)}`);
    });
  }
}

/** @param files of Compose's format, later ones on top of earlier ones */
export async function deploy(
  node: EngineNode,
  stack: string,
  files: readonly string[],
  env: Record<string, string> = {},
) {
  const words = files.flatMap((file) => ["--compose-file", file]);
  await node.docker(["stack", "deploy", "--resolve-image", "never", ...words, stack], { env });
}

/** As docs/swarm.md says of an engine that knows no BPF. */
async function rightsOf({ engine }: EngineNode, images: Images): Promise<Record<string, string>> {
  const knows = await knowsBpfCapability(engine, images.FLOW_TRACER_IMAGE);
  return knows ? {} : { FLOW_CAP_BPF: "SYS_ADMIN", FLOW_CAP_PERFMON: "CAP_SYS_ADMIN" };
}

/** What a node's agent answers at the port that its node has for it. */
export async function ask<Answer>(node: EngineNode, url: string): Promise<Answer> {
  const script =
    "fetch(process.argv[1]).then(async (one) => { console.log(await one.text()); process.exitCode = +!one.ok; })";
  return JSON.parse(await node.inside([process.execPath, "-e", script, `http://${node.address}:${PORT}${url}`]));
}

/** The containers that the exporter's tasks have started beside themselves. */
export async function startedBeside({ engine }: EngineNode): Promise<string[]> {
  const filters = { label: [`org.flowtally.host-pids=${SERVICE}`] };
  return (await engine.listContainers({ all: true, filters })).map(({ Id }) => Id);
}

/** So that the task's process cannot end what it has started. */
export async function killStarter(node: EngineNode): Promise<void> {
  const [task] = await tasksOf(node, SERVICE);
  if (!task) throw new Error(`${node.name} has no task of ${SERVICE}`);
  await node.engine.getContainer(task).kill();
}

export async function removeAgents(manager: EngineNode): Promise<void> {
  await manager.docker(["stack", "rm", STACK]);
}

/** Each agent that Prometheus knows, by its node, and whether it answers: 1 or 0. */
export async function targets(node: EngineNode): Promise<string[]> {
  const [prometheus] = await tasksOf(node, `${STACK}_prometheus`);
  if (!prometheus) throw new Error("Prometheus does not run");
  const query = ["/bin/promtool", "query", "instant", "http://127.0.0.1:9090", 'up{job="flow-exporter"}'];
  const said = await node.docker(["exec", prometheus, ...query]);
  return [...said.matchAll(/node="([^"]*)"} => (\d)/g)].map(([, name, up]) => `${name} ${up}`).sort();
}

async function tasksOf({ engine }: EngineNode, service: string): Promise<string[]> {
  const filters = { label: [`com.docker.swarm.service.name=${service}`] };
  return (await engine.listContainers({ filters })).map(({ Id }) => Id);
}
