import path from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { provideImages } from "../../../start/images/index.ts";
import { createHost } from "../../../start/lib/host.ts";
import { ROOT } from "../lib/launcher.ts";

const PREFIX = `flowtally-test-dataset-${process.pid}`;
const SCRIPTS = path.join(ROOT, "tests/integration/dataset");

export const docker = new Docker();
export const surroundings = { host: createHost(), docker, projectRoot: ROOT };

/** Containers that run scripts of this folder, by whichever image has Node in it. */
export class Containers {
  readonly #image: string;
  readonly #names: string[] = [];

  static async create(): Promise<Containers> {
    const signal = AbortSignal.timeout(300_000);
    const [image] = await provideImages({ ...surroundings, services: ["flow-exporter"], signal });
    return new Containers(image?.reference ?? "");
  }

  private constructor(image: string) {
    this.#image = image;
  }

  /** Starts one, and returns its name. */
  async run(name: string, options: readonly string[], ...script: readonly string[]): Promise<string> {
    const full = `${PREFIX}-${name}`;
    this.#names.push(full);
    const fixed = ["--name", full, "--user", "0:0", "-v", `${SCRIPTS}:/scripts:ro`, "--entrypoint", "/bin/node"];
    await execa("docker", ["run", "-d", ...fixed, ...options, this.#image, ...script]);
    return full;
  }

  async remove(): Promise<void> {
    await execa("docker", ["rm", "-f", "-v", ...this.#names]);
  }
}

export async function addressOf(name: string): Promise<string> {
  const { NetworkSettings } = await docker.getContainer(name).inspect();
  return NetworkSettings.Networks.bridge?.IPAddress ?? "";
}

/** Runs a script in a container that there is, and writes to its stdin. */
export function runIn(name: string, ...script: readonly string[]) {
  return execa("docker", ["exec", "-i", name, "/bin/node", ...script], { buffer: false });
}
