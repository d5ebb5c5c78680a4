import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { HostCounters } from "../../../exporters/flow-exporter/dataset/recorded.ts";
import { KeptFile } from "./files.ts";
import { lineKey, type Text } from "./text.ts";

/** Clock ticks a second in /proc: fixed by the kernel's interface to programs. */
const TICK_NS = 1e9 / 100;
const SECTOR_BYTES = 512;
const KIB = 1024;
const CPU = lineKey("cpu");
const TOTAL = Buffer.from("\nMemTotal:");
const AVAILABLE = Buffer.from("\nMemAvailable:");
/** In a line of /proc/diskstats, behind the name. */
const [READ_SECTORS, WRITTEN_SECTORS] = [2, 6];

/** A whole disk of this machine: no partition, and nothing that is made of disks. */
export interface Disk {
  name: string;
  /** "254:0" */
  device: string;
}

/** Where the kernel's files are: "/", but for tests. */
export interface Roots {
  proc: string;
  sys: string;
}

export const ROOTS: Roots = { proc: "/proc", sys: "/sys" };

/** Disks have a device behind them; loop devices, RAM disks and those that are made of others have none. */
export function wholeDisks({ sys }: Roots): Disk[] {
  const block = path.join(sys, "block");
  return readdirSync(block)
    .filter((name) => existsSync(path.join(block, name, "device")))
    .map((name) => ({ name, device: readFileSync(path.join(block, name, "dev"), "latin1").trim() }));
}

/** Reads the counters of the whole machine. */
export class HostReader {
  readonly #stat: KeptFile;
  readonly #memory: KeptFile;
  readonly #disks: KeptFile;
  readonly #names: readonly Buffer[];

  constructor({ proc }: Roots, disks: readonly Disk[]) {
    this.#stat = new KeptFile(path.join(proc, "stat"));
    this.#memory = new KeptFile(path.join(proc, "meminfo"));
    this.#disks = new KeptFile(path.join(proc, "diskstats"));
    this.#names = disks.map(({ name }) => Buffer.from(` ${name} `));
  }

  read(text: Text): HostCounters {
    this.#stat.readInto(text);
    // user nice system idle iowait irq softirq; what a guest had is in user, and what other machines took is no work of this one.
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = text.numbersAfter(CPU);
    this.#memory.readInto(text);
    const memoryUsedBytes = ((text.numberAfter(TOTAL) ?? 0) - (text.numberAfter(AVAILABLE) ?? 0)) * KIB;
    this.#disks.readInto(text);
    const disks = this.#names.map((name) => text.numbersAfter(name));
    return {
      busyNs: (user + nice + system + irq + softirq) * TICK_NS,
      memoryUsedBytes,
      readBytes: sum(disks, READ_SECTORS) * SECTOR_BYTES,
      writtenBytes: sum(disks, WRITTEN_SECTORS) * SECTOR_BYTES,
    };
  }

  close(): void {
    for (const file of [this.#stat, this.#memory, this.#disks]) file.close();
  }
}

function sum(disks: readonly (readonly number[])[], field: number): number {
  return disks.reduce((total, numbers) => total + (numbers[field] ?? 0), 0);
}
