import type { Container } from "../../model/container.ts";
import type { MetadataSource } from "../../model/metadata-source.ts";
import type { Node } from "../../model/node.ts";
import type { Pod } from "../../model/pod.ts";
import type { Service } from "../../model/service.ts";
import type { SourceHealth } from "../../model/source-health.ts";
import { CONTAINER, collect, NODE, POD } from "../collected.ts";
import { KnownContainers } from "../known-containers.ts";
import { Lingering } from "../lingering.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import { containersOf } from "./containers.ts";
import { FAULTS, type Fault, KubeletError } from "./faults.ts";
import type { KubeletReader } from "./kubelet-reader.ts";
import { type PodList, readPodList } from "./pod-list.ts";

/** As long as containers are. */
const KEPT_NS = 300e9;

/** What the kubelet last reported of this machine's pods; keeps it when the kubelet stops answering. */
export class KubeletMetadata implements MetadataSource {
  /** Those that run. */
  containers: readonly Container[] = [];
  pods: readonly Pod[] = [];
  node: Node;
  /** Only the API server knows them. */
  readonly services: readonly Service[] = [];
  /** Goes up by one with every answer. */
  version = 0;
  /** What was wrong so far, and how often. */
  readonly faults = new Map<Fault, number>();
  readonly #kubelet: KubeletReader;
  readonly #health: SourceHealth;
  readonly #nodeAddress: string;
  readonly #known = new KnownContainers();
  /** By unique id. */
  readonly #knownPods = new Lingering<string, Pod>(KEPT_NS);
  readonly #question = new OneAtATime(() => this.#ask());
  /** Ids of those of its last answer that had ended: a job's are in each answer until somebody deletes the job. */
  #ended: ReadonlySet<string> = new Set();

  /** `nodeAddress`: empty: as the kubelet reports it. */
  constructor(kubelet: KubeletReader, health: SourceHealth, nodeAddress = "") {
    this.#kubelet = kubelet;
    this.#health = health;
    this.#nodeAddress = nodeAddress;
    this.node = { name: "", address: nodeAddress };
  }

  get name(): string {
    return this.#health.name;
  }

  get up(): boolean {
    return this.#health.up === true;
  }

  /** Those that run, and those that are gone. */
  get known(): readonly Container[] {
    return this.#known.all;
  }

  get knownPods(): Pod[] {
    return [...this.#knownPods].map(([, pod]) => pod);
  }

  /** Those that ran within the last five minutes, and those that had ended before they were seen to run. */
  get gone(): Container[] {
    return this.#known.without(this.containers);
  }

  /** Asks the kubelet; never rejects. Asked while an answer is due, it asks once more afterwards. */
  refresh(): Promise<void> {
    return this.#question.ask();
  }

  /** Takes in those of pods that an earlier exporter knew. */
  restore(containers: Iterable<Container>): void {
    for (const container of containers) if (container.podUid !== undefined) this.#known.add(container);
  }

  async #ask(): Promise<boolean> {
    try {
      const list = await readPodList(await this.#kubelet.pods());
      this.#take(list);
      this.#judge(list);
      return true;
    } catch (error) {
      if (error instanceof KubeletError) this.#count(error.fault, 1);
      this.#health.fail(error);
      return false;
    }
  }

  #take({ pods }: PodList): void {
    const all = pods.flatMap(containersOf);
    const running = all.filter(({ isRunning }) => isRunning);
    const ended = all.filter(({ isRunning }) => !isRunning);
    this.containers = running.map((one) => collect(CONTAINER, "kubelet", one));
    this.pods = pods.map((pod) => collect(POD, "kubelet", pod));
    const byUid = this.pods.map((pod) => [pod.uid, pod] as const);
    this.#knownPods.update(byUid, performance.now() * 1e6);
    for (const container of this.containers) this.#known.add(container);
    for (const one of ended) {
      if (!this.#ended.has(one.id) && !this.#known.has(one.id)) this.#known.add(collect(CONTAINER, "kubelet", one));
    }
    this.#ended = new Set(ended.map(({ id }) => id));
    this.#known.forgetOld();
    this.#lookForNode(pods);
    this.version += 1;
  }

  /** A pod does not know its machine before it starts. */
  #lookForNode(pods: PodList["pods"]): void {
    for (const pod of pods) {
      const { name, address } = collect(NODE, "kubelet", pod);
      if (name !== "" && address !== "") this.node = { name, address: this.#nodeAddress || address };
    }
  }

  #judge({ bad, badField, tooMany }: PodList): void {
    if (bad > 0) this.#count("bad_pod", bad);
    if (tooMany > 0) this.#count("too_many", tooMany);
    if (tooMany > 0) this.#health.fail(FAULTS.too_many);
    else if (bad > 0) this.#health.fail(`${FAULTS.bad_pod} (${badField})`);
    else this.#health.succeed();
  }

  #count(fault: Fault, count: number): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + count);
  }
}
