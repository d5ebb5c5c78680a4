import type { FlowRow } from "../decode/flow-rows.ts";
import type { LocalAddresses } from "../decode/local-addresses.ts";
import type { ProcessRow } from "../decode/process-rows.ts";
import { netnsKey, type World } from "./world.ts";

const RENEWED_NS = 10e9;
/** Of some 100 KiB each, at worst. */
const MOST_KEPT = 512;
/** In one read: each can take milliseconds, and any user can make thousands. */
const MOST_LOOKS = 32;

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
 * is doubt about an address, each at most once in a read, and not more of them than there is time for.
 */
export class Namespaces {
  /** By `netnsKey`. */
  readonly #looked = new Map<number, Looked>();
  readonly #read: ReadNamespace;
  #looks = { count: 0, atNs: 0 };

  constructor(read: ReadNamespace) {
    this.#read = read;
  }

  /** The namespace of a socket; undefined where no process is left in it, or there were too many to look at. */
  of(row: FlowRow, { processes, nowNs }: Seen): Namespace | undefined {
    const key = netnsKey(row);
    const known = this.#looked.get(key);
    const isNew = known !== undefined && nowNs - known.atNs < RENEWED_NS;
    if (known?.atNs === nowNs || (isNew && known.found?.local.has(row.sourceAddress))) return known.found;
    if (this.#looks.atNs !== nowNs) this.#looks = { count: 0, atNs: nowNs };
    if (this.#looks.count >= MOST_LOOKS) return known?.found;
    this.#looks.count += 1;
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
