import type { FlowRow } from "../decode/flow-rows.ts";
import type { LocalAddresses } from "../decode/local-addresses.ts";
import type { ProcessRow } from "../decode/process-rows.ts";
import { netnsKey, type World } from "./world.ts";

const RENEWED_NS = 10e9;
const MOST_KEPT = 4_096;

/** What the kernel tells of a network namespace. */
export interface Namespace {
  local: LocalAddresses;
  /** Its processes have the users of the host: only root can bring a process there, and give it addresses. */
  isOfHostUsers: boolean;
}

interface Looked {
  found: Namespace | undefined;
  atNs: number;
}

type Seen = Pick<World, "processes" | "nowNs">;

type ReadNamespace = (pid: number) => Namespace | undefined;

/**
 * Network namespaces as the kernel tells of them, through a process that is in one. They are looked at only when there
 * is doubt about an address, each at most once in a read.
 */
export class Namespaces {
  /** By `netnsKey`. */
  readonly #looked = new Map<number, Looked>();
  readonly #read: ReadNamespace;

  constructor(read: ReadNamespace) {
    this.#read = read;
  }

  /** The namespace of a socket; undefined where no process is left in it. */
  of(row: FlowRow, { processes, nowNs }: Seen): Namespace | undefined {
    const key = netnsKey(row);
    const known = this.#looked.get(key);
    const isNew = known !== undefined && nowNs - known.atNs < RENEWED_NS;
    if (known?.atNs === nowNs || (isNew && known.found?.local.has(row.sourceAddress))) return known.found;
    // What was seen while there was a process is better than nothing.
    const found = this.#look(row.pid, key, processes) ?? known?.found;
    if (this.#looked.size >= MOST_KEPT) this.#looked.clear();
    this.#looked.set(key, { found, atNs: nowNs });
    return found;
  }

  #look(pid: number, key: number, processes: ReadonlyMap<number, ProcessRow>): Namespace | undefined {
    const isIn = (process: ProcessRow) => netnsKey(process) === key;
    const own = processes.get(pid);
    const process = own && isIn(own) ? own : [...processes.values()].find(isIn);
    return process && this.#read(process.pid);
  }
}
