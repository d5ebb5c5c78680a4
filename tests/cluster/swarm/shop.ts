import { writeFile } from "node:fs/promises";
import path from "node:path";
import { eventually } from "../../integration/lib/eventually.ts";
import {
  BRIEF_CLIENT,
  DATAGRAM_CLIENT,
  DATAGRAM_SERVER,
  HOLDING_CLIENT,
  SERVER,
  type Talk,
} from "../../integration/lib/talkers.ts";
import { deploy } from "./agents.ts";
import type { EngineNode } from "./node.ts";
import type { Swarm } from "./swarm.ts";

const STACK = "shop";
const SECONDS = 60;

export const HELD = {
  port: 7341,
  server: "server",
  connections: 7,
  request: 4_099,
  response: 1_031_003,
} satisfies Talk;
/** They are closed at once, while the others stay. */
export const BRIEF = { ...HELD, connections: 23 } satisfies Talk;
/** Of one socket, one after the other. */
export const DATAGRAMS = { ...HELD, port: 7342, server: "echo", connections: 11, response: 1_201 } satisfies Talk;

/** Names of its containers. */
export type Shop = Record<"server" | "echo" | "holding" | "brief" | "asking", string>;

/** Servers on the worker, and clients on the manager that have talked to them over an overlay network. */
export async function runShop(swarm: Swarm, image: string): Promise<Shop> {
  const { manager, worker } = swarm;
  const servers = {
    server: serviceOf(image, worker, SERVER, HELD),
    echo: serviceOf(image, worker, DATAGRAM_SERVER, DATAGRAMS),
  };
  await deployShop(swarm, servers);
  const listening = {
    server: await saying(worker, "server", "listening"),
    echo: await saying(worker, "echo", "listening"),
  };
  const clients = {
    holding: serviceOf(image, manager, HOLDING_CLIENT, HELD),
    brief: serviceOf(image, manager, BRIEF_CLIENT, BRIEF),
    asking: serviceOf(image, manager, DATAGRAM_CLIENT, DATAGRAMS),
  };
  await deployShop(swarm, { ...servers, ...clients });
  return {
    ...listening,
    holding: await saying(manager, "holding", "done"),
    brief: await saying(manager, "brief", "done"),
    asking: await saying(manager, "asking", "done"),
  };
}

/** On one node, without a virtual address, which takes IP_VS; not begun again where it ends. */
function serviceOf(image: string, { name }: EngineNode, script: string, settings: Talk) {
  return {
    image,
    entrypoint: ["/bin/node", "-e", script.replaceAll("$", "$$$$")],
    environment: { SETTINGS: JSON.stringify(settings) },
    networks: ["goods"],
    deploy: {
      endpoint_mode: "dnsrr",
      placement: { constraints: [`node.hostname == ${name}`] },
      restart_policy: { condition: "none" },
    },
  };
}

async function deployShop({ manager, folder }: Swarm, services: Record<string, unknown>): Promise<void> {
  const file = path.join(folder, "shop.yml");
  await writeFile(file, JSON.stringify({ version: "3.9", services, networks: { goods: { driver: "overlay" } } }));
  await deploy(manager, STACK, [file]);
}

/** The name of a service's container, once that has said so. */
function saying({ engine }: EngineNode, service: string, word: string): Promise<string> {
  const filters = { label: [`com.docker.swarm.service.name=${STACK}_${service}`] };
  return eventually(SECONDS, async () => {
    const [task] = await engine.listContainers({ all: true, filters });
    if (!task) throw new Error(`there is no container of ${service}`);
    const said = String(await engine.getContainer(task.Id).logs({ stdout: true, stderr: true }));
    if (!said.includes(word)) throw new Error(`${service} has only said: ${said}`);
    return task.Names[0]?.slice(1) ?? task.Id;
  });
}
