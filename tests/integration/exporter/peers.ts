import { constants, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";

/** Of this process alone, as is the network: others may test at the same time. */
export const IMAGE = `flowtally-test/peer-${process.pid}`;
/** An engine can lose count of a network's endpoints, and then keeps the network until it starts anew. */
export const NETWORK = `flowtally-test-exporter-${process.pid}`;

/** Containers, and processes of the host, that exchange known numbers of bytes and keep their sockets open. */
export interface Peers {
  /** Runs `peer` in a container up to its "done". */
  container(name: string, options: readonly string[], ...command: string[]): Promise<void>;
  /**
   * The same as a process of the host, which the kernel knows by `name` (at most 15 characters).
   * @param within a command that runs it, as `ip netns exec NAME`.
   */
  process(name: string, command: readonly string[], within?: readonly string[]): Promise<void>;
  /** Address of a container on the peers' network. */
  addressOf(name: string, family?: 4 | 6): Promise<string>;
  /** A container's id in full. */
  idOf(name: string): Promise<string>;
  /** The host's own address on the peers' network. */
  gateway(): Promise<string>;
  /** Removes a container of that name, if it was made here. */
  removeContainer(name: string): Promise<void>;
  /** Removes all that was made here, and nothing else that has one of the names. */
  removeAll(): Promise<void>;
}

/** Builds the program, its image and the peers' network; `options` are those of `docker network create`. */
export async function createPeers(options: readonly string[] = []): Promise<Peers> {
  await using made = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-peer-"));
  made.defer(() => rm(folder, { recursive: true }));
  const program = path.join(folder, "peer");
  await execa("cc", ["-static", "-O2", "-Wall", "-Werror", "-o", program, path.join(import.meta.dirname, "peer.c")]);
  const imported = ["-c", 'tar -c -C "$1" peer | docker import - "$2"', "sh", folder, IMAGE];
  const { stdout: image } = await execa("sh", imported);
  // By its id: others of this process may have taken the name over meanwhile, and it would stay without one.
  made.defer(async () => void (await execa("docker", ["rmi", "--force", image], { reject: false })));
  await execa("docker", ["network", "create", ...options, NETWORK]);
  made.defer(async () => void (await execa("docker", ["network", "rm", NETWORK], { reject: false })));
  const processes: { kill(): unknown }[] = [];
  const label = `flowtally-test-peers=${path.basename(folder)}`;
  const remove = async (...filters: readonly string[]) => {
    const filter = [`label=${label}`, ...filters].flatMap((one) => ["--filter", one]);
    const { stdout } = await execa("docker", ["ps", "--all", "--quiet", ...filter]);
    // One that was run with --rm may go by itself meanwhile.
    for (const id of stdout.split("\n").filter(Boolean))
      await execa("docker", ["rm", "-f", "-v", id], { reject: false });
  };
  made.defer(() => remove());
  const removals = made.move();
  return {
    container: async (name, options, ...command) => {
      const network = options.some((option) => option.startsWith("--network")) ? [] : ["--network", NETWORK];
      const named = ["--name", name, "--label", label];
      const child = execa("docker", ["run", ...named, ...network, ...options, IMAGE, "/peer", ...command], {
        reject: false,
        buffer: { stdout: false, stderr: true },
      });
      await done(child.stdout, async () => (await child).stderr);
    },
    process: async (name, command, within = []) => {
      const [file = "", ...args] = [...within, path.join(folder, name), ...command];
      await copyFile(program, path.join(folder, name), constants.COPYFILE_EXCL);
      const child = execa(file, args, { reject: false, buffer: { stdout: false, stderr: true } });
      processes.push(child);
      await done(child.stdout, async () => (await child).stderr);
    },
    addressOf: async (name, family = 4) => {
      const field = family === 4 ? "IPAddress" : "GlobalIPv6Address";
      const format = `{{(index .NetworkSettings.Networks "${NETWORK}").${field}}}`;
      return (await execa("docker", ["inspect", "-f", format, name])).stdout;
    },
    idOf: async (name) => (await execa("docker", ["inspect", "-f", "{{.Id}}", name])).stdout,
    gateway: async () => {
      const format = "{{(index .IPAM.Config 0).Gateway}}";
      return (await execa("docker", ["network", "inspect", "-f", format, NETWORK])).stdout;
    },
    removeContainer: (name) => remove(`name=^/${name}$`),
    removeAll: async () => {
      for (const child of processes) child.kill();
      await removals.disposeAsync();
    },
  };
}

async function done(output: NodeJS.ReadableStream, reason: () => Promise<string>): Promise<void> {
  for await (const line of createInterface(output)) if (line === "done") return;
  throw new Error(`the peer ended: ${await reason()}`);
}
