import path from "node:path";
import { StartError } from "../../../start/errors.ts";
import type { Host } from "../../../start/lib/host.ts";

const FILE = path.resolve(import.meta.dirname, "../cluster/compose.yml");
const UP_MS = 120_000;
const DOWN_MS = 60_000;

export interface Cluster {
  host: Host;
  image: string;
  profiles: readonly string[];
}

/** Brings the containers up, and takes them down again however `use` ends. */
export async function withCluster<T>(cluster: Cluster, signal: AbortSignal, use: () => Promise<T>): Promise<T> {
  try {
    await compose(cluster, ["up", "--detach", "--no-build", "--pull", "never"], { timeoutMs: UP_MS, signal });
    return await use();
  } finally {
    await compose(cluster, ["down", "--volumes", "--timeout", "2"], { timeoutMs: DOWN_MS });
  }
}

async function compose(
  { host, image, profiles }: Cluster,
  words: readonly string[],
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<void> {
  const chosen = profiles.flatMap((profile) => ["--profile", profile]);
  const command = ["compose", "--file", FILE, ...chosen, ...words];
  const done = await host.run("docker", command, { ...options, env: { EXPERIMENT_IMAGE: image } });
  if (done.ok) return;
  throw new StartError("CLUSTER_FAILED", {
    what: `The experiment's containers could not be brought ${words[0]}`,
    why: done.message,
    fix: "check the memory and the disk (`npm run doctor`), then run it again: it goes on where it stopped",
  });
}
