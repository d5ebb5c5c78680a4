import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { type EngineNode, removeCgroups, startNodes } from "./node.ts";

const NAME = "flowtally-swarm";
const LETTERS = ["a", "b"] as const;

export interface Swarm extends AsyncDisposable {
  manager: EngineNode;
  worker: EngineNode;
  /** For files of the tests; goes with it. */
  folder: string;
}

/** A Swarm of two nodes, whose engines have the images that are named, which this machine's has. */
export async function startSwarm(images: readonly string[]): Promise<Swarm> {
  await sweep();
  const run = `${NAME}-${process.pid}`;
  const folder = await mkdtemp(path.join(tmpdir(), `${run}-`));
  await using failed = new AsyncDisposableStack();
  failed.defer(() => rm(folder, { recursive: true }));
  const archive = path.join(folder, "images.tar");
  // First of all: whoever else builds images here sweeps out those that are no longer its own.
  await execa("docker", ["save", "--output", archive, ...images]);
  const place = (letter: string, address: string) => ({
    name: `${run}-${letter}`,
    address,
    folder: path.join(folder, letter),
  });
  const [a, b] = LETTERS;
  const [manager, worker] = await startNodes([place(a, "10.203.0.1"), place(b, "10.203.0.2")]);
  failed.defer(() => manager.stop());
  await join(manager, worker);
  // No registry is asked for them: what a user's nodes pull, these are given.
  await Promise.all([manager, worker].map((node) => node.docker(["load", "--quiet", "--input", archive])));
  const kept = failed.move();
  return { manager, worker, folder, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function join(manager: EngineNode, worker: EngineNode): Promise<void> {
  const own = ({ address }: EngineNode) => ["--advertise-addr", address, "--listen-addr", `${address}:2377`];
  await manager.docker(["swarm", "init", ...own(manager)]);
  const token = await manager.docker(["swarm", "join-token", "--quiet", "worker"]);
  await worker.docker(["swarm", "join", "--token", token, ...own(worker), `${manager.address}:2377`]);
}

/** Of a run that was killed, whose engines have ended with it. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [run, pid] = new RegExp(`^${NAME}-(\\d+)-`).exec(name) ?? [];
    if (run === undefined || existsSync(`/proc/${pid}`)) continue;
    for (const letter of LETTERS) await removeCgroups(`${run}${letter}`);
    await rm(path.join(tmpdir(), name), { recursive: true });
  }
}
