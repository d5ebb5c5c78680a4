import { setTimeout as sleep } from "node:timers/promises";
import { type Container, decodeContainer } from "./decode/containers.ts";
import type { DockerReader } from "./read/docker.ts";
import type { SourceHealth } from "./source-health.ts";

const RECONNECT_MS = 2_000;

/** What Docker last told about the containers; keeps it when Docker stops answering. */
export class Metadata {
  containers: readonly Container[] = [];
  /** Goes up by one with every answer. */
  version = 0;
  readonly #docker: DockerReader;
  readonly #health: SourceHealth;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(docker: DockerReader, health: SourceHealth) {
    this.#docker = docker;
    this.#health = health;
  }

  get up(): boolean {
    return this.#health.up === true;
  }

  /** Asks Docker; never rejects. Asked while an answer is due, it asks once more afterwards. */
  refresh(): Promise<void> {
    if (this.#running) this.#again = true;
    else this.#running = this.#askUntilCurrent().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Refreshes whenever a container starts or ends, until `signal`. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#docker.watch(() => void this.refresh(), signal).catch(() => undefined);
      await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #askUntilCurrent(): Promise<void> {
    do {
      this.#again = false;
      await this.#ask();
    } while (this.#again && this.up);
  }

  async #ask(): Promise<void> {
    try {
      const listed = await this.#docker.list();
      this.containers = listed.map(({ info, pid }) => decodeContainer(info, pid));
      this.version += 1;
      this.#health.succeed();
    } catch (error) {
      this.#health.fail(error);
    }
  }
}
