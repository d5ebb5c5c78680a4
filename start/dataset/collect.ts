import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { QueueSample, RecordedFlow, Sample } from "../../exporters/flow-exporter/dataset/recorded.ts";
import { reasonOf, StartError } from "../errors.ts";
import { waitFor } from "../lib/wait.ts";
import type { Chosen } from "./containers.ts";
import { watchDocker } from "./docker-watch.ts";
import type { KernelFlow, KernelLine } from "./kernel/lines.ts";
import { KernelPart, type KernelPartOptions } from "./kernel/part.ts";
import { Peers } from "./peers.ts";
import { CLOCKS, sleptNs } from "./sampler/boot-clock.ts";
import { groupsOf } from "./sampler/groups.ts";
import type { SamplerSettings } from "./sampler/messages.ts";
import { Sampler } from "./sampler/sampler.ts";
import { type ClockStep, WallClock } from "./wall-clock.ts";

/** Loading its programs takes a second, on a busy machine more. */
const MAX_ATTACH_MS = 60_000;
const LOOK_MS = 1_000;
/** All is in memory until the run ends: about a gigabyte. */
const MAX_FLOWS = 1_000_000;
const MAX_QUEUES = 4_000_000;

export interface CollectTask {
  docker: Docker;
  chosen: readonly Chosen[];
  kernel: Omit<KernelPartOptions, "containerIds" | "sampleMs">;
  sampler: Omit<SamplerSettings, "sleptNs">;
  durationMs: number;
  /** Ends it early: what there is by then is a recording. */
  signal: AbortSignal;
  /** All is attached. */
  onRecording?(): void;
  onProgress?(progress: Progress): void;
}

/** How far a recording is. */
export interface Progress {
  seconds: number;
  flows: number;
  samples: number;
  missed: number;
}

/** What became of a container while it was recorded. */
interface Tracked extends Chosen {
  /** Each time it ended: when, and when it was back; undefined: it was not. */
  ends: { atNs: number; backNs: number | undefined }[];
  /** Why its counters could not be read. */
  unsampled: string | undefined;
}

/** What was recorded, before rows are made of it. */
export interface Collected {
  startNs: number;
  endNs: number;
  startedAt: Date;
  clockSteps: readonly ClockStep[];
  flows: readonly RecordedFlow[];
  samples: readonly Sample[];
  queues: readonly QueueSample[];
  missed: number;
  /** What the kernel part had no room for. */
  lost: number;
  containers: readonly Tracked[];
  ready: Extract<KernelLine, { kind: "ready" }>;
  /** Why it ended before it was to; undefined: it did not. */
  reason: string | undefined;
}

/** Records what the containers send, and what they do, until the time is over. @throws StartError while nothing is recorded yet */
export async function collect(task: CollectTask): Promise<Collected> {
  await using collector = new Collector(task);
  await collector.begin();
  task.onRecording?.();
  await collector.passed();
  return await collector.end();
}

class Collector {
  readonly #task: CollectTask;
  readonly #sleptNs = sleptNs(CLOCKS);
  readonly #clock = new WallClock({ wallMs: () => Date.now(), bootNs: () => this.#nowNs() });
  readonly #peers = new Peers();
  readonly #containers: ReadonlyMap<string, Tracked>;
  /** When each was attached first. */
  readonly #attached = new Map<string, number>();
  readonly #flows: KernelFlow[] = [];
  readonly #queues: QueueSample[] = [];
  readonly #samples: Sample[] = [];
  readonly #failed = new AbortController();
  readonly #sampler: Sampler;
  #part: KernelPart | undefined;
  #stopWatching = () => {};
  #ready: Extract<KernelLine, { kind: "ready" }> | undefined;
  #last: Extract<KernelLine, { kind: "end" }> | undefined;
  #startNs = 0;
  #startedAt = new Date();
  #isEnding = false;

  constructor(task: CollectTask) {
    this.#task = task;
    this.#containers = new Map(task.chosen.map((one) => [one.id, { ...one, ends: [], unsampled: undefined }]));
    this.#sampler = new Sampler(
      { ...task.sampler, sleptNs: this.#sleptNs },
      {
        onSamples: (samples) => void this.#samples.push(...samples),
        onUnreadable: (id, reason) => this.#unreadable(id, reason),
        onFailure: (reason) => this.#fail(`the counters are read no more: ${reason}`),
      },
    );
  }

  /** Comes back once all is attached. */
  async begin(): Promise<void> {
    const { docker, kernel, sampler, chosen, signal } = this.#task;
    this.#stopWatching = await watchDocker(
      docker,
      ({ action, containerId }) => void this.#changed(action, containerId),
      (reason) => this.#fail(`Docker is gone: ${reason}`),
    );
    await this.#notePeers();
    await Promise.all(chosen.map(({ id }) => this.#sample(id)));
    const containerIds = chosen.map(({ id }) => id);
    this.#part = await KernelPart.start(
      docker,
      { ...kernel, containerIds, sampleMs: sampler.everyMs },
      {
        onLine: (line) => this.#take(line),
        onEnd: (reason) => reason !== undefined && this.#fail(reason),
      },
    );
    const fix = "try again; `npm run doctor` says whether this machine can run the stack";
    const wait = {
      name: "the kernel part",
      deadlineMs: MAX_ATTACH_MS,
      everyMs: 20,
      code: "KERNEL_PART_NOT_READY",
      fix,
    };
    await waitFor({ ...wait, signal }, async () => {
      if (this.#failed.signal.aborted) throw notRecorded(String(this.#failed.signal.reason), fix);
      if (this.#ready === undefined) throw new Error("it has not said that it is ready");
      const missing = chosen.filter(({ id }) => !this.#attached.has(id));
      if (missing.length > 0) throw new Error(`not attached to ${missing.map(({ name }) => name).join(", ")}`);
      if (this.#samples.length === 0) throw new Error("no counters have been read");
    });
    // From then on all flows are seen, and what is sent is counted.
    this.#startNs = Math.max(...this.#attached.values());
    this.#startedAt = new Date(Date.now() - (this.#nowNs() - this.#startNs) / 1e6);
    this.#clock.look();
  }

  /** Until the time is over, the signal comes, or there is nothing to go on with. */
  async passed(): Promise<void> {
    const { durationMs, signal, onProgress } = this.#task;
    const until = AbortSignal.any([signal, this.#failed.signal]);
    const end = performance.now() + durationMs;
    for (let left = durationMs; left > 0 && !until.aborted; left = end - performance.now()) {
      await sleep(Math.min(left, LOOK_MS), undefined, { signal: until }).catch(() => undefined);
      this.#clock.look();
      onProgress?.({
        seconds: (this.#nowNs() - this.#startNs) / 1e9,
        flows: this.#flows.length,
        samples: this.#samples.length,
        missed: missedIn(this.#samples, this.#task.sampler.everyMs),
      });
    }
  }

  async end(): Promise<Collected> {
    this.#isEnding = true;
    const endNs = this.#nowNs();
    await this.#part?.stop();
    await this.#sampler.stop();
    const slept = sleptNs(CLOCKS) - this.#sleptNs;
    if (slept > 1e9) this.#fail(`the machine slept for ${Math.round(slept / 1e9)} s`);
    if (this.#last === undefined) this.#fail("the kernel part has not told how it ended");
    if (this.#ready === undefined) throw new Error("the kernel part was never ready");
    const samples = this.#samples.slice(firstSample(this.#samples, this.#startNs));
    return {
      startNs: this.#startNs,
      endNs,
      startedAt: this.#startedAt,
      clockSteps: this.#clock.steps,
      flows: this.#flows.map((flow) => this.#named(flow)),
      samples,
      queues: this.#queues,
      missed: missedIn(samples, this.#task.sampler.everyMs),
      lost: this.#last?.lost ?? 0,
      containers: [...this.#containers.values()],
      ready: this.#ready,
      reason: this.#failed.signal.aborted ? String(this.#failed.signal.reason) : undefined,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#stopWatching();
    await this.#part?.stop();
    await this.#sampler.stop();
  }

  #take(line: KernelLine): void {
    switch (line.kind) {
      case "ready":
        this.#ready = line;
        break;
      case "attached":
        if (!this.#attached.has(line.containerId)) this.#attached.set(line.containerId, line.atNs);
        break;
      case "flow":
        this.#flows.push(line.flow);
        if (this.#flows.length >= MAX_FLOWS) this.#fail(`there is room for ${MAX_FLOWS} flows: record in shorter runs`);
        break;
      case "queue":
        this.#queues.push(line.queue);
        if (this.#queues.length >= MAX_QUEUES) this.#fail(`there is room for ${MAX_QUEUES} readings of queues`);
        break;
      case "end":
        this.#last = line;
        break;
    }
  }

  async #changed(action: "start" | "die" | "connect" | "disconnect", id: string): Promise<void> {
    if (this.#isEnding) return;
    const atNs = this.#nowNs();
    if (action === "start" || action === "connect") await this.#notePeers();
    const container = this.#containers.get(id);
    if (container === undefined) return;
    if (action === "die") {
      container.ends.push({ atNs, backNs: undefined });
      this.#sampler.remove(id);
    }
    if (action === "start") {
      const last = container.ends.at(-1);
      if (last !== undefined) last.backNs = atNs;
      await this.#sample(id);
    }
  }

  async #notePeers(): Promise<void> {
    // Where Docker does not answer, addresses stay without names, and the end of its events tells of it.
    const containers = await this.#task.docker.listContainers().catch(() => []);
    this.#peers.note(containers, this.#nowNs());
  }

  /** Has the counters of a container read, in the groups that it has now. */
  async #sample(id: string): Promise<void> {
    try {
      const { State } = await this.#task.docker.getContainer(id).inspect();
      const { proc } = this.#task.sampler.roots;
      const cgroups = readFileSync(path.join(proc, String(State.Pid), "cgroup"), "latin1");
      const mounts = readFileSync(path.join(proc, "self/mountinfo"), "latin1");
      this.#sampler.add(id, groupsOf(cgroups, mounts, id));
    } catch (error) {
      this.#unreadable(id, reasonOf(error));
    }
  }

  /** One that ends is unreadable before Docker says so: what counts is how it is while it runs. */
  #unreadable(id: string, reason: string): void {
    const container = this.#containers.get(id);
    if (container !== undefined && !/ENODEV|ENOENT/.test(reason)) container.unsampled ??= reason;
  }

  #named(flow: KernelFlow): RecordedFlow {
    const container = this.#containers.get(flow.containerId)?.name ?? flow.containerId;
    return { ...flow, container, peer: this.#peers.nameOf(flow.destinationAddress, flow.startNs) };
  }

  /** The first reason is the one that led to others. */
  #fail(reason: string): void {
    if (!this.#failed.signal.aborted) this.#failed.abort(reason);
  }

  #nowNs(): number {
    return CLOCKS.awakeNs() + this.#sleptNs;
  }
}

/** How much CPU was used lies between two samples: so many before the recording are part of it. */
const SAMPLES_BEFORE = 2;

function firstSample(samples: readonly Sample[], startNs: number): number {
  const first = samples.findIndex(({ endedNs }) => endedNs >= startNs);
  return Math.max(0, (first < 0 ? samples.length : first) - SAMPLES_BEFORE);
}

/** Moments between the first and the last sample at which none was taken, since the machine was busy. */
function missedIn(samples: readonly Sample[], everyMs: number): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return 0;
  return Math.max(0, Math.round((last.beganNs - first.beganNs) / 1e6 / everyMs) + 1 - samples.length);
}

function notRecorded(why: string, fix: string): StartError {
  return new StartError("NOT_RECORDED", { what: "Nothing was recorded", why, fix });
}
