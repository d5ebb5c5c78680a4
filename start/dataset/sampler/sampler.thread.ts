import { parentPort, workerData } from "node:worker_threads";
import type { Sample } from "../../../exporters/flow-exporter/dataset/recorded.ts";
import { CLOCKS } from "./boot-clock.ts";
import type { FromSampler, SamplerSettings, ToSampler } from "./messages.ts";
import { Sampling } from "./sampling.ts";
import { Ticks } from "./ticks.ts";

/** A thread of its own, since what the main one does would delay samples. */
const settings = workerData as SamplerSettings;
/** As many as are handed over at once: each message wakes the other thread. */
const AT_ONCE = 20;

const tell = (message: FromSampler) => parentPort?.postMessage(message);
const sampling = new Sampling(
  settings,
  () => CLOCKS.awakeNs() + settings.sleptNs,
  (containerId, reason) => tell({ kind: "unreadable", containerId, reason }),
);
const ticks = new Ticks(settings.everyMs, performance.now());
let samples: Sample[] = [];
let timer = setTimeout(tick, 0);

function tick(): void {
  samples.push(sampling.take());
  if (samples.length >= AT_ONCE) handOver();
  timer = setTimeout(tick, ticks.untilNext(performance.now()));
}

function handOver(): void {
  tell({ kind: "samples", samples });
  samples = [];
}

parentPort?.on("message", (message: ToSampler) => {
  if (message.kind === "add") return sampling.add(message.containerId, message.groups);
  if (message.kind === "remove") return sampling.remove(message.containerId);
  clearTimeout(timer);
  handOver();
  sampling.close();
  parentPort?.close();
});
