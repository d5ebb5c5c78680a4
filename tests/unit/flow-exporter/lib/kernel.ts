import type { Host } from "../../../../exporters/flow-exporter/metadata/host/host.ts";
import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import type { Tracer } from "../../../../exporters/flow-exporter/sources/kernel/pins/tracer.ts";
import { STATUS } from "../../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import type { Datagrams } from "./datagrams.ts";
import { closedRow, type End, processRow, type SocketValues, socket, statusRow } from "./rows.ts";

const SECOND_NS = 1e9;

/** A tracer over sockets that tests open and close: its closed rows show until a complete read was acknowledged. */
export class Kernel implements Tracer {
  /** The same clock for heartbeat and host. */
  nowNs = 100 * SECOND_NS;
  heartbeatNs = 100 * SECOND_NS;
  /** What the wall clock is ahead of the time since boot, in seconds. */
  wallOffset = 1_900_000_000;
  bootId = "boot-1";
  tracerId = "tracer-1";
  startedMs = () => this.#startedMs;
  processRows: Uint8Array = processRow({ pid: 1 });
  /** What pin `udp` shows, or else the table it is of; neither: UDP is not counted. */
  udpRows: Uint8Array | undefined;
  datagrams: Datagrams | undefined;
  programRows: Uint8Array = new Uint8Array();
  cgroupRows: Uint8Array = new Uint8Array();
  /** Bits of the status flags: all parts but UDP. */
  parts: number = STATUS.processes | STATUS.owners | STATUS.programs | STATUS.cgroups;
  statusValues: Record<string, number> = {};
  /** Called after the pin of that name was read: what happens then happens between two reads. */
  afterRead: (pin: string) => void = () => {};
  /** A pin that cannot be read now. */
  broken: string | undefined;
  backfills = 0;
  readonly sockets = new Map<number, SocketValues>();
  readonly #ring = new Map<number, { row: Buffer; marked: boolean }>();
  #startedMs = this.wallMs;
  #sequence = 0;
  #cookie = 0;
  #snapshots = 0;
  #closedReads = 0;

  /** A socket that is open from now on; returns its cookie. */
  open(values: Omit<SocketValues, "cookie"> & { cookie?: number }): number {
    const cookie = values.cookie ?? ++this.#cookie;
    this.#cookie = Math.max(this.#cookie, cookie);
    this.sockets.set(cookie, { role: ROLE.client, start: ++this.nowNs, ...values, cookie });
    return cookie;
  }

  send(cookie: number, bytes: number): void {
    const values = this.#socket(cookie);
    values.sent = (values.sent ?? 0) + bytes;
  }

  close(cookie: number, end: Partial<End> = {}): void {
    const sequence = ++this.#sequence;
    const row = closedRow(this.#socket(cookie), { sequence, endNs: ++this.nowNs, ...end });
    this.sockets.delete(cookie);
    this.#ring.set(sequence, { row, marked: false });
  }

  /** A tracer that starts anew: numbers start over, what it held is lost. */
  restart(): void {
    this.tracerId = `${this.tracerId}+`;
    this.#startedMs = this.wallMs;
    this.#ring.clear();
    this.#sequence = 0;
    for (const values of this.sockets.values()) values.start = 0;
  }

  /** Time goes on, and the tracer lives. */
  pass(seconds: number): void {
    this.nowNs += seconds * SECOND_NS;
    this.heartbeatNs = this.nowNs;
  }

  get unacknowledged(): number {
    return this.#ring.size;
  }

  get wallMs(): number {
    return this.wallOffset * 1_000 + this.nowNs / 1e6;
  }

  identity(): string {
    return this.tracerId;
  }

  status(): Uint8Array {
    const flags = this.parts | (this.udpRows || this.datagrams ? STATUS.udp : 0);
    return this.#read(
      "status",
      statusRow({
        ...this.#counts(),
        heartbeat_ns: this.heartbeatNs,
        flags,
        closed_room: 65_536,
        ...this.statusValues,
      }),
    );
  }

  backfillOwners(): void {
    this.#read("owners", new Uint8Array());
    this.backfills += 1;
  }

  processes(): Uint8Array {
    return this.#read("processes", this.processRows);
  }

  cgroups(): Uint8Array {
    return this.#read("cgroups", this.cgroupRows);
  }

  closed(): Uint8Array {
    const rows = [...this.#ring.values()];
    this.#closedReads += 1;
    const bytes = this.#read("closed", Buffer.concat(rows.map(({ row }) => row)));
    for (const row of rows) row.marked = true;
    return bytes;
  }

  acknowledgeClosed(): void {
    this.#read("closed_ack", new Uint8Array());
    for (const [sequence, { marked }] of this.#ring) if (marked) this.#ring.delete(sequence);
  }

  snapshot(): void {
    this.#snapshots += 1;
    this.#read("snapshot", new Uint8Array());
  }

  live(): Uint8Array {
    return this.#read("live", Buffer.concat([...this.sockets.values()].map(socket)));
  }

  udp(): Uint8Array {
    return this.#read("udp", this.udpRows ?? this.datagrams?.read() ?? new Uint8Array());
  }

  acknowledgeUdp(): void {
    this.#read("udp_ack", new Uint8Array());
    this.datagrams?.acknowledge();
  }

  programs(): Uint8Array {
    return this.#read("programs", this.programRows);
  }

  /** The machine it runs on. */
  host(files: Record<string, string> = {}): Host {
    return {
      bootTimeNs: () => this.nowNs,
      wallOffsetMs: () => this.wallOffset * 1_000,
      bootId: () => this.bootId,
      netFile: (name) => files[name] ?? "",
      processFile: (pid, name) => files[`${pid}/${name}`] ?? "",
    };
  }

  #counts(): Record<string, number> {
    return {
      closed_written: this.#sequence,
      closed_reads: this.#closedReads,
      snapshots: this.#snapshots,
      live_snapshot: this.#snapshots,
    };
  }

  #read(pin: string, bytes: Uint8Array): Uint8Array {
    if (this.broken === pin) throw new Error(`ENOENT: no such file or directory, open '/pins/${pin}'`);
    this.afterRead(pin);
    return bytes;
  }

  #socket(cookie: number): SocketValues {
    const values = this.sockets.get(cookie);
    if (!values) throw new Error(`socket ${cookie} is not open`);
    return values;
  }
}
