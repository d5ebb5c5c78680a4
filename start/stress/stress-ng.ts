import { access } from "node:fs/promises";
import type { Host } from "../lib/host.ts";
import { LIFE_SECONDS, PREFIX, runIn, startContainer } from "./containers.ts";
import type { Bench, Loaded } from "./lab.ts";

const MEBIBYTE = 2 ** 20;
/** For stress-ng itself, beside what it is asked to take. */
const OWN_MEMORY = 192 * MEBIBYTE;

/** What the host's own programs need to run. */
const PROGRAM_FOLDERS = ["/usr", "/bin", "/lib", "/lib64"];

/**
 * Runs the host's stress-ng in a container, where Docker bounds it and cAdvisor sees it by name.
 * The container outlives the load, so that its last figures are read.
 */
export async function runStressNg(
  { host, docker, project, image, bounds, signal }: Bench,
  name: string,
  words: readonly string[],
  seconds: number,
): Promise<Loaded> {
  const container = await startContainer(docker, {
    name: `${PREFIX}-${name}`,
    project,
    image,
    command: [await programPath(host, "sleep"), String(LIFE_SECONDS)],
    memoryBytes: bounds.memoryBytes + OWN_MEMORY,
    cores: bounds.workers,
    network: "none",
    mounts: await programMounts(host),
  });
  const command = [await programPath(host, "stress-ng"), ...words, "--timeout", `${seconds}s`];
  const { span } = await runIn(container, command, signal);
  return { span };
}

async function programPath(host: Host, program: string): Promise<string> {
  return (await host.which(program)) ?? `/usr/bin/${program}`;
}

async function programMounts(host: Host): Promise<string[]> {
  const there = await Promise.all(
    PROGRAM_FOLDERS.map((folder) =>
      access(host.resolve(folder)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return PROGRAM_FOLDERS.filter((_, index) => there[index]).map((folder) => `${folder}:${folder}:ro`);
}
