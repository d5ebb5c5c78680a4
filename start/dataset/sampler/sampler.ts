import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Sample } from "../../../exporters/flow-exporter/dataset/recorded.ts";
import { reasonOf } from "../../errors.ts";
import type { Groups } from "./groups.ts";
import type { FromSampler, SamplerSettings, ToSampler } from "./messages.ts";

const THREAD = new URL("./sampler.thread.ts", import.meta.url);

interface Listener {
  onSamples(samples: readonly Sample[]): void;
  /** A container whose counters cannot be read, or no more, as when it has stopped. */
  onUnreadable(containerId: string, reason: string): void;
  /** Nothing comes any more. */
  onFailure(reason: string): void;
}

/** The thread that reads the counters of the machine and of its containers. */
export class Sampler {
  readonly #worker: Worker;
  readonly #exit: Promise<unknown>;

  constructor(settings: SamplerSettings, { onSamples, onUnreadable, onFailure }: Listener) {
    this.#worker = new Worker(THREAD, { workerData: settings });
    this.#exit = once(this.#worker, "exit").catch(() => undefined);
    this.#worker.on("error", (error) => onFailure(reasonOf(error)));
    this.#worker.on("message", (message: FromSampler) => {
      if (message.kind === "unreadable") return onUnreadable(message.containerId, message.reason);
      onSamples(message.samples);
    });
  }

  add(containerId: string, groups: Groups): void {
    this.#tell({ kind: "add", containerId, groups });
  }

  remove(containerId: string): void {
    this.#tell({ kind: "remove", containerId });
  }

  /** Waits for what was sampled last. */
  async stop(): Promise<void> {
    this.#tell({ kind: "stop" });
    await this.#exit;
  }

  #tell(message: ToSampler): void {
    this.#worker.postMessage(message);
  }
}
