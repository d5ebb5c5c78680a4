import path from "node:path";
import { z } from "zod";
import { isLoopback, NO_LOOPBACK } from "./loopback.ts";

const KERNEL = "kernel";
const HUBBLE_METRICS = "hubble-metrics";
const UDS = "uds:";
const MAX_SOCKETS = 8;
/** As the kernel has them, less the prefix of the container. */
const SOCKET = /^(\/[\w.-]+)+$/;
const MAX_PATH = 100;
/** Folders that others have their sockets in as well, Docker its own, are not handed to a container. */
const SHARED_FOLDERS = ["/", "/run", "/var/run", "/tmp", "/var/tmp"];

const HUBBLE = "hubble:";
const HUBBLE_FILE = "hubble-file:";
const MAX_HUBBLE = 8;
const ADDRESS = /^(\[[\da-f:.]+\]|[\w.-]{1,253}):(\d{1,5})$/i;

const message =
  "must be kernel, and with commas between up to 8 sockets of other tracers such as uds:/run/other/tracer.sock, and up to 8 of " +
  "Hubble's observers such as hubble:relay.example:4245, or files such as hubble-file:/var/run/cilium/hubble/events.log, each " +
  "socket and file in a folder of its own, and hubble-metrics";

/** Where flows come from: this stack's tracer, the sockets of others, and what Hubble tells. */
export const sources = z
  .string()
  .transform((text) => text.split(",").map((name) => name.trim()))
  .refine(([first, ...others]) => first === KERNEL && areSources(others), message)
  .refine((names) => !hubbleHostsIn(names.join(",")).some(isLoopback), NO_LOOPBACK)
  .refine((names) => new Set(names).size === names.length, "must name each source once")
  .transform((names) => names.join(","))
  .default(KERNEL);

/** Whether any of them is more than the kernel, which alone needs no word to the exporter. */
export function hasOthers(text: string): boolean {
  return text !== KERNEL;
}

/** The sources, with sockets as they are called where folders of this machine are below `root`. */
export function socketsBelow(root: string, text: string): string {
  const below = (name: string) => (name.startsWith(UDS) ? name.replace(UDS, `${UDS}${root}`) : name);
  return text.split(",").map(below).join(",");
}

/** Paths of the sockets among sources. */
export function socketsIn(text: string): string[] {
  return text.split(",").flatMap((name) => (name.startsWith(UDS) ? [name.slice(UDS.length)] : []));
}

/** Paths of the files of JSON lines among sources. */
export function hubbleFilesIn(text: string): string[] {
  return text.split(",").flatMap((name) => (name.startsWith(HUBBLE_FILE) ? [name.slice(HUBBLE_FILE.length)] : []));
}

/** Hosts of Hubble's observers among sources. */
export function hubbleHostsIn(text: string): string[] {
  return text.split(",").flatMap((name) => observerOf(name)?.host ?? []);
}

function observerOf(name: string): { host: string; port: number } | undefined {
  const [, host, port] = (name.startsWith(HUBBLE) && ADDRESS.exec(name.slice(HUBBLE.length))) || [];
  return host === undefined ? undefined : { host, port: Number(port) };
}

function areSources(names: readonly string[]): boolean {
  const others = names.filter((name) => name !== HUBBLE_METRICS);
  const sockets = others.filter((name) => name.startsWith(UDS)).length;
  return sockets <= MAX_SOCKETS && others.length - sockets <= MAX_HUBBLE && others.every(isSource);
}

function isSource(name: string): boolean {
  const paths = [...socketsIn(name), ...hubbleFilesIn(name)];
  if (paths.length > 0) return paths.every(isPathOfItsOwn);
  const { port = 0 } = observerOf(name) ?? {};
  return port >= 1 && port <= 65_535;
}

/** In a folder that may be handed to a container. */
export function isPathOfItsOwn(file: string): boolean {
  const isPlain = SOCKET.test(file) && path.posix.normalize(file) === file && file.length <= MAX_PATH;
  return isPlain && !SHARED_FOLDERS.includes(path.posix.dirname(file));
}
