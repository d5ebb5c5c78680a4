import { readdir, readlink } from "node:fs/promises";
import path from "node:path";
import type { Host } from "../lib/host.ts";

const LISTEN = "0A";

export interface Listener {
  port: number;
  inode: string;
}

export interface Process {
  pid: number;
  name: string;
}

/** TCP listeners that keep 127.0.0.1 from being listened on: on that address, or on all of them. */
export async function readListeners(host: Host): Promise<Listener[]> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((table) => host.readText(table)));
  return tables.flatMap((table) => parseListeners(table ?? ""));
}

/** `table` is /proc/net/tcp or tcp6: addresses as little-endian words in hex, `:`, the port in hex. */
export function parseListeners(table: string): Listener[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const [address = "", port = ""] = local.split(":");
      return state === LISTEN && blocksLoopback(address) ? [{ port: Number.parseInt(port, 16), inode }] : [];
    });
}

function blocksLoopback(address: string): boolean {
  const isWildcard = /^0+$/.test(address) || address === "0000000000000000FFFF000000000000";
  return isWildcard || address === "0100007F" || address === "0000000000000000FFFF00000100007F";
}

/** The process that holds a socket; undefined when this user may not look into it. */
export async function findSocketOwner(host: Host, inode: string): Promise<Process | undefined> {
  const entries = await readdir(host.resolve("/proc")).catch(() => []);
  for (const pid of entries.filter((entry) => /^\d+$/.test(entry))) {
    if (!(await holdsSocket(host.resolve(path.join("/proc", pid, "fd")), inode))) continue;
    const name = await host.readText(path.join("/proc", pid, "comm"));
    return { pid: Number(pid), name: name?.trim() ?? "unknown" };
  }
  return undefined;
}

async function holdsSocket(folder: string, inode: string): Promise<boolean> {
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(path.join(folder, fd)).catch(() => "")));
  return targets.includes(`socket:[${inode}]`);
}
