import { DROP, TRACE_POINTS } from "../../hubble/monitor-words.ts";
import type { HubbleEndpoint, HubbleFlow } from "../../model/hubble-flow.ts";

/** Of one metric. What is beyond is counted under `~other`, so that sums stay what they are. */
const MAX_SERIES = 2_000;
const OTHER = "~other";

type Labels = Readonly<Record<string, string>>;

/** Counters of one metric, by their labels. */
class Counts {
  readonly #counts = new Map<string, { labels: Labels; count: number }>();
  readonly #most: number;
  readonly #bounded: readonly string[];

  /** `bounded`: the labels that become `~other` once there are `most`. */
  constructor(bounded: readonly string[], most: number) {
    this.#bounded = bounded;
    this.#most = most;
  }

  add(labels: Labels): void {
    const key = Object.values(labels).join("\n");
    const known = this.#counts.get(key);
    if (known) known.count += 1;
    else if (this.#counts.size < this.#most) this.#counts.set(key, { labels, count: 1 });
    else this.#addOther(labels);
  }

  *samples(): Generator<readonly [number, Record<string, string>]> {
    for (const { labels, count } of this.#counts.values()) yield [count, { ...labels }];
  }

  #addOther(labels: Labels): void {
    const other = { ...labels, ...Object.fromEntries(this.#bounded.map((name) => [name, OTHER])) };
    const key = Object.values(other).join("\n");
    const known = this.#counts.get(key);
    if (known) known.count += 1;
    else this.#counts.set(key, { labels: other, count: 1 });
  }
}

/** Our events counted as Hubble counts its own, with `sourceContext` and `destinationContext` by pod. */
export class HubbleMetrics {
  readonly #flows: Counts;
  readonly #flags: Counts;
  readonly #ports: Counts;
  readonly #world: Counts;

  constructor(most = MAX_SERIES) {
    this.#flows = new Counts(["source", "destination"], most);
    this.#flags = new Counts([], most);
    this.#ports = new Counts(["port"], most);
    this.#world = new Counts(["source"], most);
  }

  count(event: HubbleFlow): void {
    const { verdict, l4, isReply, eventType } = event;
    const [source, destination] = [contextOf(event.source), contextOf(event.destination)];
    const protocol = l4?.protocol ?? "";
    const isDrop = eventType.type === DROP;
    const subtype = isDrop ? "" : (TRACE_POINTS[eventType.subType] ?? "");
    this.#flows.add({ type: isDrop ? "Drop" : "Trace", subtype, verdict, protocol, source, destination });
    this.#countFlags(event);
    if (isReply !== false) return;
    if (verdict === "FORWARDED") this.#ports.add({ protocol, port: `${l4?.destinationPort ?? 0}` });
    if (event.destination?.labels.includes("reserved:world")) this.#world.add({ protocol, verdict, source });
  }

  get flows() {
    return this.#flows.samples();
  }

  get flags() {
    return this.#flags.samples();
  }

  get ports() {
    return this.#ports.samples();
  }

  get world() {
    return this.#world.samples();
  }

  #countFlags({ l4, sourceAddress, verdict }: HubbleFlow): void {
    if (l4?.protocol !== "TCP" || verdict !== "FORWARDED") return;
    const family = sourceAddress.includes(":") ? "IPv6" : "IPv4";
    // As Hubble: of a segment that ends a connection the acknowledgement is not counted.
    for (const flag of l4.flags) if (flag !== "ACK") this.#flags.add({ flag, family });
  }
}

/** A pod by its namespace and name, anything else by what Cilium reserves for it. */
function contextOf(endpoint: HubbleEndpoint | undefined): string {
  if (!endpoint) return "";
  const { namespace, podName, labels } = endpoint;
  if (podName !== "") return namespace === "" ? podName : `${namespace}/${podName}`;
  return labels.find((label) => label.startsWith("reserved:")) ?? "";
}
