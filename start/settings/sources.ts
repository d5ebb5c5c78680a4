import path from "node:path";
import { z } from "zod";

const KERNEL = "kernel";
const HUBBLE_METRICS = "hubble-metrics";
const UDS = "uds:";
const MAX_SOCKETS = 8;
/** As the kernel has them, less the prefix of the container. */
const SOCKET = /^(\/[\w.-]+)+$/;
const MAX_PATH = 100;
/** Folders that others have their sockets in as well, Docker its own, are not handed to a container. */
const SHARED_FOLDERS = ["/", "/run", "/var/run", "/tmp", "/var/tmp"];

const message =
  "must be kernel, and with commas between up to 8 sockets of other tracers such as uds:/run/other/tracer.sock, each in " +
  "a folder of its own, and hubble-metrics";

/** Where flows come from: this stack's tracer, the sockets of others, and Hubble's metrics, which Prometheus has. */
export const sources = z
  .string()
  .transform((text) => text.split(",").map((name) => name.trim()))
  .refine(([first, ...others]) => first === KERNEL && areSources(others), message)
  .refine((names) => new Set(names).size === names.length, "must name each source once")
  .transform((names) => names.join(","))
  .default(KERNEL);

/** Whether any of them is more than the kernel, which alone needs no word to the exporter. */
export function hasOthers(text: string): boolean {
  return text !== KERNEL;
}

/** Each source as it is called where folders of this machine are below `root`. */
export function sourcesBelow(root: string, text: string): string {
  const names = text.split(",").map((name) => (name.startsWith(UDS) ? `${UDS}${root}${name.slice(UDS.length)}` : name));
  return names.join(",");
}

/** Paths of the sockets among sources. */
export function socketsIn(text: string): string[] {
  return text.split(",").flatMap((name) => (name.startsWith(UDS) ? [name.slice(UDS.length)] : []));
}

function areSources(names: readonly string[]): boolean {
  const sockets = names.filter((name) => name !== HUBBLE_METRICS);
  return sockets.length <= MAX_SOCKETS && sockets.every(isSocket);
}

function isSocket(name: string): boolean {
  const [socket = ""] = socketsIn(name);
  const isPlain = SOCKET.test(socket) && path.posix.normalize(socket) === socket && socket.length <= MAX_PATH;
  return isPlain && !SHARED_FOLDERS.includes(path.posix.dirname(socket));
}
