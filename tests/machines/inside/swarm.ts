import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import type Docker from "dockerode";
import { eventually } from "../../integration/lib/eventually.ts";
import { createSandbox, type Sandbox } from "../../integration/lib/sandbox.ts";
import { HOLDING_CLIENT, SERVER, type Talk } from "../../integration/lib/talkers.ts";
import type { Running } from "../../integration/stack/running.ts";
import { exactEdge } from "./flow.ts";

const SERVICE = "machine-service";
const OVERLAY = "machine-overlay";
const PUBLISHED = 7399;
const TALK = { port: 7320, request: 2053, response: 509 };
/** A service's first container takes minutes on an emulated machine. */
const SECONDS = 600;

export interface Swarm {
  /** A container beside the service calls its name, which is that of an address no container has. */
  throughVirtualAddress(): Promise<string>;
  /** A container on another network calls the port that every node publishes for the service. */
  throughRoutingMesh(): Promise<string>;
}

/** Makes this machine a swarm of one with one service of one task while `look` runs. */
export async function inSwarm(running: Running, look: (swarm: Swarm) => Promise<void>): Promise<void> {
  const { docker, nodeImage } = running;
  const address = ownAddress();
  await docker.swarmInit({ ListenAddr: `${address}:2377`, AdvertiseAddr: address });
  try {
    const beside = await createSandbox(docker, nodeImage, OVERLAY, { Driver: "overlay", Attachable: true });
    try {
      await createService(docker, nodeImage);
      const task = await startedTask(docker);
      await look({
        throughVirtualAddress: () => call(running, beside, "machine-vip-client", SERVICE, TALK.port, task),
        throughRoutingMesh: () =>
          apart(running, (other) => call(running, other, "machine-mesh-client", address, PUBLISHED, task)),
      });
    } finally {
      await docker.getService(SERVICE).remove();
      await beside.remove();
    }
  } finally {
    await leave(docker);
  }
}

/** The engine gives its own cluster some seconds to end, which an emulated one may need more than once. */
async function leave(docker: Docker): Promise<void> {
  await eventually(SECONDS, async () => {
    const { Swarm } = await docker.info();
    if (Swarm.LocalNodeState !== "inactive") await docker.swarmLeave({ force: true });
  });
}

/** The machine's address on its one network card. */
function ownAddress(): string {
  const cards = Object.entries(networkInterfaces()).filter(([name]) => name.startsWith("e"));
  const found = cards.flatMap(([, addresses]) => addresses ?? []).find(({ family }) => family === "IPv4");
  assert.ok(found, "no network card has an IPv4 address");
  return found.address;
}

async function createService(docker: Docker, image: string): Promise<void> {
  const settings = { ...TALK, server: "", connections: 0 } satisfies Talk;
  await docker.createService({
    Name: SERVICE,
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        Command: ["/bin/node", "-e", SERVER],
        Env: [`SETTINGS=${JSON.stringify(settings)}`],
      },
      Networks: [{ Target: OVERLAY }],
    },
    EndpointSpec: { Ports: [{ Protocol: "tcp", TargetPort: TALK.port, PublishedPort: PUBLISHED }] },
  });
}

/** The name of the service's one container, once it listens. */
function startedTask(docker: Docker): Promise<string> {
  const filters = { label: [`com.docker.swarm.service.name=${SERVICE}`] };
  return eventually(SECONDS, async () => {
    const [task] = await docker.listContainers({ filters });
    assert.ok(task, "the service has no container yet");
    const log = await docker.getContainer(task.Id).logs({ stdout: true, stderr: true });
    assert.match(String(log), /listening/);
    return task.Names[0]?.slice(1) ?? task.Id;
  });
}

async function apart({ docker, nodeImage }: Running, run: (sandbox: Sandbox) => Promise<string>): Promise<string> {
  const other = await createSandbox(docker, nodeImage, "machine-apart");
  try {
    return await run(other);
  } finally {
    await other.remove();
  }
}

/** The edge must name the task's own container and port, however it was called. */
async function call(
  { prometheus }: Running,
  sandbox: Sandbox,
  client: string,
  server: string,
  port: number,
  task: string,
): Promise<string> {
  const talk = { ...TALK, server, port, connections: 17 };
  await sandbox.run(client, HOLDING_CLIENT, talk, "done");
  return exactEdge(prometheus, client, task, { ...talk, port: TALK.port });
}
