import type { ContainerCounters, Sample } from "../../../exporters/flow-exporter/dataset/recorded.ts";
import { reasonOf } from "../../errors.ts";
import { ContainerReader, type Units } from "./container-counters.ts";
import type { Groups } from "./groups.ts";
import { HostReader } from "./host-counters.ts";
import type { SamplerSettings } from "./messages.ts";
import { Text } from "./text.ts";

/** Reads the machine's counters, and those of the containers that were added. */
export class Sampling {
  readonly #host: HostReader;
  readonly #units: Units;
  readonly #nowNs: () => number;
  readonly #onUnreadable: (containerId: string, reason: string) => void;
  readonly #containers = new Map<string, ContainerReader>();
  readonly #text = new Text();

  constructor(
    settings: SamplerSettings,
    nowNs: () => number,
    onUnreadable: (containerId: string, reason: string) => void,
  ) {
    const { roots, disks, pageBytes, countsDisks } = settings;
    this.#host = new HostReader(roots, disks);
    this.#units = { pageBytes, countsDisks, disks: disks.map(({ device }) => device) };
    this.#nowNs = nowNs;
    this.#onUnreadable = onUnreadable;
  }

  /** In place of what it was before: a container that starts again has other groups. */
  add(containerId: string, groups: Groups): void {
    this.remove(containerId);
    try {
      this.#containers.set(containerId, new ContainerReader(groups, this.#units));
    } catch (error) {
      this.#onUnreadable(containerId, reasonOf(error));
    }
  }

  remove(containerId: string): void {
    this.#containers.get(containerId)?.close();
    this.#containers.delete(containerId);
  }

  take(): Sample {
    const beganNs = this.#nowNs();
    const host = this.#host.read(this.#text);
    const containers = new Map<string, ContainerCounters>();
    for (const [id, reader] of this.#containers) {
      try {
        containers.set(id, reader.read(this.#text));
      } catch (error) {
        this.remove(id);
        this.#onUnreadable(id, reasonOf(error));
      }
    }
    return { beganNs, endedNs: this.#nowNs(), host, containers };
  }

  close(): void {
    this.#host.close();
    for (const id of [...this.#containers.keys()]) this.remove(id);
  }
}
