import { setTimeout as sleep } from "node:timers/promises";
import type { Container } from "../../model/container.ts";
import type { MetadataSource } from "../../model/metadata-source.ts";
import type { Service } from "../../model/service.ts";
import type { SourceHealth } from "../../model/source-health.ts";
import { CONTAINER, collect } from "../collected.ts";
import { KnownContainers } from "../known-containers.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import { type ContainerEvent, decodeContainerEvent } from "./container-events.ts";
import type { DockerReader } from "./reader.ts";
import { decodeServices } from "./services.ts";

const RECONNECT_MS = 2_000;
const STARTING: ReadonlySet<string> = new Set(["create", "connect", "start"]);

/** Who wants to know that a container is about to run, or has ended. */
interface Starts {
  expect(containerId: string): void;
  cancel(containerId: string): void;
}

/** What Docker last reported of the containers; keeps it when Docker stops answering. */
export class DockerMetadata implements MetadataSource {
  /** Those that run. */
  containers: readonly Container[] = [];
  /** Pods are the kubelet's. */
  readonly knownPods = [];
  /** Of a swarm this machine is in. */
  services: readonly Service[] = [];
  /** Goes up by one with every answer. */
  version = 0;
  readonly #docker: DockerReader;
  readonly #health: SourceHealth;
  readonly #known = new KnownContainers();
  readonly #question = new OneAtATime(() => this.#ask());

  constructor(docker: DockerReader, health: SourceHealth) {
    this.#docker = docker;
    this.#health = health;
  }

  get up(): boolean {
    return this.#health.up === true;
  }

  /** Those that run, and those that are gone. */
  get known(): readonly Container[] {
    return this.#known.all;
  }

  /** Those that were there within the last five minutes, or that an event has named: their flows may come later. */
  get gone(): Container[] {
    return this.#known.without(this.containers);
  }

  /** Asks Docker; never rejects. Asked while an answer is due, it asks once more afterwards. */
  refresh(): Promise<void> {
    return this.#question.ask();
  }

  /** Takes in those that an earlier exporter knew; the kubelet's are not Docker's. */
  restore(containers: Iterable<Container>): void {
    for (const container of containers) if (container.podUid === undefined) this.#known.add(container);
  }

  /** Takes in what happens to containers, at once, and asks for the rest; until `signal`. Never rejects. */
  async follow(signal: AbortSignal, starts: Starts, health: SourceHealth): Promise<void> {
    const onEvent = (line: string) => this.#take(decodeContainerEvent(line), starts);
    while (!signal.aborted) {
      try {
        await this.#docker.watch(onEvent, () => health.succeed(), signal);
        throw new Error("Docker's events broke off");
      } catch (error) {
        if (!signal.aborted) health.fail(error);
      }
      await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A container that ends within a moment is known by its events only. */
  #take(event: ContainerEvent | undefined, starts: Starts): void {
    if (!event) return;
    const { action, id, container } = event;
    if (container && !this.#known.has(id)) this.#known.add(container);
    if (STARTING.has(action)) starts.expect(id);
    else if (action === "die") starts.cancel(id);
    void this.refresh();
  }

  async #ask(): Promise<boolean> {
    try {
      const [listed, overlays] = await Promise.all([this.#docker.list(), this.#docker.overlays()]);
      this.containers = listed.map((one) => collect(CONTAINER, "docker", one));
      this.services = overlays.flatMap(decodeServices);
      for (const container of this.containers) this.#known.add(container);
      this.#known.forgetOld();
      this.version += 1;
      this.#health.succeed();
    } catch (error) {
      this.#health.fail(error);
    }
    return this.up;
  }
}
