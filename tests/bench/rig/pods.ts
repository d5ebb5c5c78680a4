import path from "node:path";
import { execa } from "execa";
import type { Bench } from "../bench.ts";

const IMAGE = "flowtally-bench/pod";
const LABEL = "org.flowtally.bench=pod";
const STARTING_AT_ONCE = 4;

/**
 * Containers that each talk to themselves, like pods to their sidecars (load/pod.c); disposing of them removes them and their
 * image. They have no network but loopback, which none of this is about, and one program, linked statically.
 */
export async function startPods(bench: Bench, pods: number, connections: number): Promise<AsyncDisposable> {
  const { projectRoot, folder, signal } = bench;
  const program = path.join(folder, "pod");
  await execa("cc", ["-static", "-O2", "-Wall", "-o", program, path.join(projectRoot, "tests/bench/load/pod.c")]);
  await execa("sh", ["-c", 'tar -c -C "$1" pod | docker import - "$2"', "sh", folder, IMAGE]);
  const running = { [Symbol.asyncDispose]: removePods };
  try {
    const options = ["--network=none", "--label", LABEL, "--memory=16m", "--pids-limit=4"];
    // Its input stays open, until whose end it goes on.
    const run = ["run", "--detach", "--interactive", ...options];
    const numbers = Array.from({ length: pods }, (_, number) => number).values();
    const start = async () => {
      for (const number of numbers) {
        signal.throwIfAborted();
        const name = `flowtally-bench-pod-${number}`;
        await execa("docker", [...run, "--name", name, IMAGE, "/pod", `${connections}`], { stdin: "ignore" });
      }
    };
    await Promise.all(Array.from({ length: STARTING_AT_ONCE }, start));
    return running;
  } catch (error) {
    await removePods();
    throw error;
  }
}

async function removePods(): Promise<void> {
  const { stdout } = await execa("docker", ["ps", "--all", "--quiet", "--filter", `label=${LABEL}`]);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length > 0) await execa("docker", ["rm", "--force", "--volumes", ...ids]);
  await execa("docker", ["rmi", "--force", IMAGE]);
}
