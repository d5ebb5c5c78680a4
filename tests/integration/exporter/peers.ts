import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";

export const IMAGE = "flowtally-test/peer";
/** Of this process alone: an engine can lose count of a network's endpoints, and then keeps the network until it starts anew. */
export const NETWORK = `flowtally-test-exporter-${process.pid}`;

/** Containers, and processes of the host, that exchange known numbers of bytes and keep their sockets open. */
export interface Peers {
  /** Runs `peer` in a container up to its "done". */
  container(name: string, options: readonly string[], ...command: string[]): Promise<void>;
  /** The same as a process of the host. */
  process(...command: string[]): Promise<void>;
  /** IPv4 address of a container on the peers' network. */
  addressOf(name: string): Promise<string>;
  removeContainer(name: string): Promise<void>;
  removeAll(): Promise<void>;
}

/** Builds the program, its image and the peers' network. */
export async function createPeers(): Promise<Peers> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-peer-"));
  const program = path.join(folder, "peer");
  await execa("cc", ["-static", "-O2", "-Wall", "-Werror", "-o", program, path.join(import.meta.dirname, "peer.c")]);
  await execa("sh", ["-c", 'tar -c -C "$1" peer | docker import - "$2"', "sh", folder, IMAGE]);
  await execa("docker", ["network", "create", NETWORK]);
  const names: string[] = [];
  const processes: { kill(): unknown }[] = [];
  const remove = (name: string) => execa("docker", ["rm", "-f", name], { reject: false });
  return {
    container: async (name, options, ...command) => {
      names.push(name);
      const network = options.some((option) => option.startsWith("--network")) ? [] : ["--network", NETWORK];
      const child = execa("docker", ["run", "--name", name, ...network, ...options, IMAGE, "/peer", ...command], {
        reject: false,
        buffer: { stdout: false, stderr: true },
      });
      await done(child.stdout, async () => (await child).stderr);
    },
    process: async (...command) => {
      const child = execa(program, command, { reject: false, buffer: { stdout: false, stderr: true } });
      processes.push(child);
      await done(child.stdout, async () => (await child).stderr);
    },
    addressOf: async (name) => {
      const format = `{{(index .NetworkSettings.Networks "${NETWORK}").IPAddress}}`;
      return (await execa("docker", ["inspect", "-f", format, name])).stdout;
    },
    removeContainer: async (name) => {
      await remove(name);
    },
    removeAll: async () => {
      for (const child of processes) child.kill();
      for (const name of names) await remove(name);
      await execa("docker", ["network", "rm", NETWORK], { reject: false });
      await execa("docker", ["rmi", IMAGE], { reject: false });
      await rm(folder, { recursive: true });
    },
  };
}

async function done(output: NodeJS.ReadableStream, reason: () => Promise<string>): Promise<void> {
  for await (const line of createInterface(output)) if (line === "done") return;
  throw new Error(`the peer ended: ${await reason()}`);
}
