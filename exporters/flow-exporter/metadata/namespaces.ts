import { netnsKey } from "../model/netns.ts";
import type { ProcessRow } from "../model/process.ts";
import type { FlowRow } from "../model/socket.ts";
import type { LocalAddresses } from "./host/local-addresses.ts";

const RENEWED_NS = 10e9;
/** Of some 100 KiB each, at worst. */
const MAX_KEPT = 512;
/** In one read: each can take milliseconds. */
const MAX_LOOKS = 32;

interface Looked {
  found: LocalAddresses | undefined;
  atNs: number;
}

type Processes = ReadonlyMap<number, ProcessRow>;

interface Seen {
  processes: Processes;
  /** Since boot. */
  nowNs: number;
}

type ReadAddresses = (pid: number) => LocalAddresses | undefined;

/**
 * The addresses of network namespaces as the kernel reports them, through a process that is in one. They are looked at
 * only when there is doubt about an address, each at most once in a read, and not more of them than there is time for.
 */
export class Namespaces {
  /** By `netnsKey`. */
  readonly #looked = new Map<number, Looked>();
  readonly #read: ReadAddresses;
  #looks = { count: 0, atNs: 0 };
  #processes: { all: Processes | undefined; byNetns: ReadonlyMap<number, number> } = {
    all: undefined,
    byNetns: new Map(),
  };

  constructor(read: ReadAddresses) {
    this.#read = read;
  }

  /** Those of a socket's namespace; undefined where no process is left in it, or there were too many to look at. */
  of(row: FlowRow, { processes, nowNs }: Seen): LocalAddresses | undefined {
    const key = netnsKey(row);
    const known = this.#looked.get(key);
    const isNew = known !== undefined && nowNs - known.atNs < RENEWED_NS;
    if (known?.atNs === nowNs || (isNew && known.found?.has(row.sourceAddress))) return known.found;
    if (this.#looks.atNs !== nowNs) this.#looks = { count: 0, atNs: nowNs };
    if (this.#looks.count >= MAX_LOOKS) return known?.found;
    this.#looks.count += 1;
    // What was seen while there was a process is better than nothing.
    const found = this.#look(row.pid, key, processes) ?? known?.found;
    if (this.#looked.size >= MAX_KEPT) this.#looked.clear();
    this.#looked.set(key, { found, atNs: nowNs });
    return found;
  }

  #look(pid: number, key: number, processes: Processes): LocalAddresses | undefined {
    const own = processes.get(pid);
    const inside = own && netnsKey(own) === key ? pid : this.#processIn(key, processes);
    return inside === undefined ? undefined : this.#read(inside);
  }

  /** Of the processes there can be tens of thousands: they are gone through once for each time they were read. */
  #processIn(key: number, all: Processes): number | undefined {
    if (this.#processes.all !== all) {
      this.#processes = { all, byNetns: new Map([...all.values()].map((one) => [netnsKey(one), one.pid])) };
    }
    return this.#processes.byNetns.get(key);
  }
}
