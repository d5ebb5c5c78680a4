import { KINDS, type Kind } from "./console.ts";

/** What runs beside the load. */
export interface Observer {
  name: string;
  /** Its command line, as the machine's shell reads it. */
  command: string;
  /** The function of guest/init that succeeds once it observes. */
  ready: "tracer_is_ready" | "packets_are_captured" | "exporter_is_ready";
}

/** Where the load goes. */
export interface Route {
  name: string;
  /** Shell commands beforehand. */
  prepare: string;
  /** The arguments of `count load` that say so. */
  target: string;
  /** The network interface its packets pass. */
  device: string;
}

export const LOOPBACK: Route = { name: "loopback", prepare: ":", target: "- 127.0.0.1", device: "lo" };
export const VETH: Route = { name: "veth", prepare: "make_veth", target: "peer 10.0.0.2", device: "near" };

/** In the machine. */
export const PINS = "/sys/fs/bpf/flowtally";

/** The kernel's part, with all it counts, with UDP counted where all packets pass, or without UDP. */
export const TRACER = tracer("flow-tracer");
export const TRACER_AT_CGROUP = tracer("flow-tracer-udp-cgroup", "--udp", "cgroup");
export const TRACER_WITHOUT_UDP = tracer("flow-tracer-udp-off", "--udp", "off");

function tracer(name: string, ...options: string[]): Observer {
  return { name, command: ["flow-tracer", "--pins", PINS, ...options].join(" "), ready: "tracer_is_ready" };
}

/** What the counts of a load go by. */
export function nameOf(route: Route, observer: string): string {
  return `${route.name}/${observer}`;
}

/** The load without anything goes by these names: at first, and after all observers. */
export const OFF = "off";
export const OFF_AGAIN = "off-again";

/** A batch of connections differs from the next by some 130 instructions for each: the middle of so many by 60. */
const BATCHES = 7;

/** On a route: the load without anything, with each observer, and without anything again. */
export function besideEach(route: Route, observers: readonly Observer[]): string {
  return linesOf(briefly(route, observers), "settle", load(nameOf(route, OFF_AGAIN), route, KINDS));
}

/** The same without the last load, which shows how far the first one can be trusted. */
export function briefly(route: Route, observers: readonly Observer[]): string {
  const all = (name: string) => load(nameOf(route, name), route, KINDS);
  const beside = observers.flatMap((observer) => ["settle", observe(observer), all(observer.name), "stop"]);
  return linesOf(route.prepare, "settle", all(OFF), ...beside);
}

/** The kernel's own statistics of the tracer's programs, before and after a load of each kind. */
export function byProgram(route: Route): string {
  return linesOf(
    "settle",
    observe(TRACER),
    "echo 1 > /proc/sys/kernel/bpf_stats_enabled",
    ...KINDS.flatMap((kind) => [
      `programs ${kind}-before`,
      load(`programs/${kind}`, route, [kind]),
      `programs ${kind}-after`,
    ]),
    "echo 0 > /proc/sys/kernel/bpf_stats_enabled",
    "stop",
  );
}

/** All pins read once by a program that makes nothing of them: twice at rest, and after a load of connections. */
export function byReading(route: Route): string {
  return linesOf(
    "settle",
    observe(TRACER),
    `count pins reading/first ${PINS}`,
    `count pins reading/at-rest ${PINS}`,
    load("reading/load", route, ["connection"]),
    `count pins reading/after-load ${PINS}`,
    "stop",
  );
}

const WARM_UP_LOADS = 4;
const MEASURED_LOADS = 4;

/** What flow-exporter runs: once it is warm, at rest, and while loads of connections come and all is settled again. */
export function byExporter(route: Route, exporter: Observer): string {
  const loads = (name: string, number: number) =>
    Array.from({ length: number }, () => [load(name, route, ["connection"]), "sleep 5"]).flat();
  return linesOf(
    "settle",
    observe(TRACER),
    observe(exporter),
    ...loads("exporter/warm-up", WARM_UP_LOADS),
    "settle",
    "spent exporter/rest-before",
    "sleep 60",
    "spent exporter/rest-after",
    ...loads("exporter/load", MEASURED_LOADS),
    "settle",
    "spent exporter/after-load",
    "stop",
  );
}

/** What a peer runs once the load is over; `finish` has it hand over what it has gathered. */
export function byPeer(route: Route, peer: Observer, finish: string): string {
  const name = `peer/${peer.name}`;
  return linesOf(
    "settle",
    observe(peer),
    load(name, route, ["connection"]),
    `spent ${name}/before`,
    finish,
    "settle",
    `spent ${name}/after`,
    "stop",
  );
}

function load(name: string, { target }: Route, kinds: readonly Kind[]): string {
  return `count load ${name} ${target} ${BATCHES} ${kinds.join(" ")}`;
}

function observe({ ready, command }: Observer): string {
  return `observe ${ready} ${command}`;
}

function linesOf(...lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
