import { existsSync } from "node:fs";
import path from "node:path";
import type { ContainerCounters } from "../../../exporters/flow-exporter/dataset/recorded.ts";
import { KeptFile } from "./files.ts";
import type { Group, Groups } from "./groups.ts";
import { lineKey, type Text } from "./text.ts";

/** Bytes and operations of disks. */
type Disks = Pick<ContainerCounters, "readBytes" | "writtenBytes" | "reads" | "writes">;
type Memory = Pick<ContainerCounters, "memoryBytes" | "memoryReadBytes" | "memoryWrittenBytes">;
type Reader<T> = (text: Text) => T;

const NO_DISKS: Disks = { readBytes: undefined, writtenBytes: undefined, reads: undefined, writes: undefined };
const USAGE_US = lineKey("usage_usec");
const US_NS = 1_000;

/** Of memory.stat: what goes at once when others need memory, which Docker counts as free; and page faults. */
const MEMORY_KEYS = {
  1: { cache: lineKey("total_inactive_file"), faults: lineKey("total_pgfault"), major: lineKey("total_pgmajfault") },
  2: { cache: lineKey("inactive_file"), faults: lineKey("pgfault"), major: lineKey("pgmajfault") },
} as const;

/** What the readers need of the machine. */
export interface Units {
  pageBytes: number;
  /** "254:0" of each whole disk: what is made of disks would count twice. */
  disks: readonly string[];
  /** With version 1 the kernel counts disks only while some control group has a rule for one. */
  countsDisks: boolean;
}

/** Reads the counters of one container, as long as its control groups are there. */
export class ContainerReader {
  readonly #files: KeptFile[] = [];
  readonly #cpu: Reader<number>;
  readonly #memory: Reader<Memory>;
  readonly #disks: Reader<Disks>;

  /** @throws the system's error where the groups are gone, Error where CPU or memory are not counted. */
  constructor(groups: Groups, units: Units) {
    try {
      this.#cpu = this.#cpuReader(counted("CPU time", groups.cpu));
      this.#memory = this.#memoryReader(counted("memory", groups.memory), units.pageBytes);
      this.#disks = this.#diskReader(groups.io, units);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @throws the system's error once the groups are gone. */
  read(text: Text): ContainerCounters {
    return { cpuNs: this.#cpu(text), ...this.#memory(text), ...this.#disks(text) };
  }

  close(): void {
    for (const file of this.#files) file.close();
    this.#files.length = 0;
  }

  #open(folder: string, name: string): KeptFile {
    const file = new KeptFile(path.join(folder, name));
    this.#files.push(file);
    return file;
  }

  #cpuReader({ version, folder }: Group): Reader<number> {
    const file = this.#open(folder, version === 1 ? "cpuacct.usage" : "cpu.stat");
    return (text) => {
      file.readInto(text);
      return version === 1 ? (text.number() ?? 0) : (text.numberAfter(USAGE_US) ?? 0) * US_NS;
    };
  }

  #memoryReader({ version, folder }: Group, pageBytes: number): Reader<Memory> {
    const usage = this.#open(folder, version === 1 ? "memory.usage_in_bytes" : "memory.current");
    const stat = this.#open(folder, "memory.stat");
    const keys = MEMORY_KEYS[version];
    return (text) => {
      usage.readInto(text);
      const used = text.number() ?? 0;
      stat.readInto(text);
      const major = text.numberAfter(keys.major) ?? 0;
      return {
        memoryBytes: Math.max(0, used - (text.numberAfter(keys.cache) ?? 0)),
        memoryReadBytes: major * pageBytes,
        memoryWrittenBytes: ((text.numberAfter(keys.faults) ?? 0) - major) * pageBytes,
      };
    };
  }

  #diskReader(group: Group | undefined, { disks, countsDisks }: Units): Reader<Disks> {
    if (group === undefined) return () => NO_DISKS;
    return group.version === 1 ? this.#oldDiskReader(group, countsDisks) : this.#newDiskReader(group, new Set(disks));
  }

  /** "254:0 Read 4096", a line each; a rule counts at whole disks alone. */
  #oldDiskReader({ folder }: Group, countsDisks: boolean): Reader<Disks> {
    // The group's own are those of a container without groups in it; kernels before 4.17 have no others.
    const ending = existsSync(path.join(folder, "blkio.throttle.io_serviced_recursive")) ? "_recursive" : "";
    if (!countsDisks || !existsSync(path.join(folder, "blkio.throttle.io_serviced"))) return () => NO_DISKS;
    const bytes = this.#open(folder, `blkio.throttle.io_service_bytes${ending}`);
    const operations = this.#open(folder, `blkio.throttle.io_serviced${ending}`);
    return (text) => {
      bytes.readInto(text);
      const [readBytes, writtenBytes] = oldTotals(text);
      operations.readInto(text);
      const [reads, writes] = oldTotals(text);
      return { readBytes, writtenBytes, reads, writes };
    };
  }

  /** "254:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0", a line each. */
  #newDiskReader({ folder }: Group, disks: ReadonlySet<string>): Reader<Disks> {
    // Not there where the controller is not switched on for the group.
    if (!existsSync(path.join(folder, "io.stat"))) return () => NO_DISKS;
    const file = this.#open(folder, "io.stat");
    return (text) => {
      file.readInto(text);
      const lines = text.lines().filter((line) => disks.has(line.slice(0, line.indexOf(" "))));
      const total = (key: string) =>
        lines.reduce((sum, line) => sum + Number(line.match(`${key}=(\\d+)`)?.[1] ?? 0), 0);
      return {
        readBytes: total(" rbytes"),
        writtenBytes: total(" wbytes"),
        reads: total(" rios"),
        writes: total(" wios"),
      };
    };
  }
}

function oldTotals(text: Text): [reads: number, writes: number] {
  const totals: [number, number] = [0, 0];
  for (const line of text.lines()) {
    const [, kind, value] = line.split(" ");
    if (kind === "Read") totals[0] += Number(value);
    if (kind === "Write") totals[1] += Number(value);
  }
  return totals;
}

function counted(what: string, group: Group | undefined): Group {
  if (group === undefined) throw new Error(`its ${what} is counted nowhere that this process can see`);
  return group;
}
