import type { HostDirectory } from "../../metadata/host-directory.ts";
import type { World } from "../../metadata/world.ts";
import type { FlowRecord } from "../../model/flow-record.ts";
import type { FlowSink, FlowSource } from "../../model/flow-source.ts";
import type { Program } from "../../model/program.ts";
import type { Healths } from "../../model/source-health.ts";
import type { Status } from "../../model/tracer-status.ts";
import { joinProgram } from "../../naming/program.ts";
import { OwnRows } from "./own-rows.ts";
import { ClosedFlows, type ClosedState } from "./pins/closed-flows.ts";
import { readLiveFlows } from "./pins/live-flows.ts";
import type { Tracer } from "./pins/tracer.ts";
import { UdpEntries } from "./pins/udp-entries.ts";
import type { BySocket, Room } from "./room.ts";
import type { FlowRows } from "./rows/flow-rows.ts";
import { decodePrograms } from "./rows/program-rows.ts";
import type { UdpRows } from "./rows/udp-rows.ts";
import { SocketRoom } from "./socket-room.ts";
import { drainDeltas } from "./sockets/deltas.ts";
import { FlowTable } from "./sockets/flow-table.ts";
import { RecentFlows } from "./sockets/recent-flows.ts";
import { recordOf } from "./sockets/records.ts";
import type { Memory } from "./sockets/remembered.ts";
import type { Flow } from "./sockets/shapes.ts";
import type { TracerWatch, WatchState } from "./watch/tracer-watch.ts";

const MAX_RECENT = { ended: 5_000, failed: 2_500 };

/** What an exporter that starts anew must know, so that nothing counts twice or not at all. */
export interface KernelState extends WatchState {
  closed: ClosedState;
  tcp: Iterable<Memory>;
  udp: Iterable<Memory>;
  /** Entries of UDP that have been read and not been counted yet, as rows. */
  udpRows: Uint8Array;
}

export interface KernelSourceParts {
  tracer: Tracer;
  directory: HostDirectory;
  watch: TracerWatch;
  healths: Healths;
  /** For the sockets in memory; there is no bound without. */
  room?: Room | undefined;
  /** The kernel is not to be read: only others' flows are, on the host as it is known without. */
  isOff?: boolean | undefined;
  /** Whether a control group is this node's, where several share the kernel; left out: each is. */
  isOwn?: ((cgroupId: number) => boolean) | undefined;
  /** Gets each flow that has ended, once, with what `open` knew it by. */
  onEnded?: ((flow: object, record: FlowRecord) => void) | undefined;
  /** Told of each flow that has begun, once, as soon as it is known whose it is; it makes the record only for who wants that. */
  onOpened?: ((record: () => FlowRecord | undefined) => void) | undefined;
}

/** The flows of this host's sockets, out of the tracer's pins: read, decode, join. */
export class KernelSource implements FlowSource {
  readonly name = "kernel";
  /** Every BPF program on the host. */
  programs: readonly Program[] = [];
  /** TCP sockets in the last reading. */
  rows = 0;
  readings = 0;
  /** The host as the last reading was taken in; undefined: none was. */
  world: World | undefined;
  readonly #parts: KernelSourceParts;
  readonly #recent = new RecentFlows(MAX_RECENT);
  readonly #room: SocketRoom;
  readonly #own: OwnRows;
  readonly #onOpened: ((flow: Flow) => void) | undefined;
  readonly #tcp: FlowTable;
  readonly #udp: FlowTable;
  #closed: ClosedFlows;
  #udpEntries: UdpEntries;
  /** The processes have been read, and wait for the cgroups to be judged by. */
  #unjudged = false;

  constructor(parts: KernelSourceParts) {
    this.#parts = parts;
    this.#own = new OwnRows(parts.isOwn);
    const { onOpened } = parts;
    this.#onOpened = onOpened && ((flow) => onOpened(() => recordOf(flow, parts.directory.history)));
    const keep = (flow: Flow) => this.#keepRecord(flow);
    this.#tcp = new FlowTable(keep, () => this.#room.places.tcp);
    this.#udp = new FlowTable(keep, () => this.#room.places.udp);
    this.#room = new SocketRoom(parts.room, () => ({ tcp: this.#tcp.size, udp: this.#udp.size }));
    this.#closed = new ClosedFlows(parts.tracer);
    this.#udpEntries = new UdpEntries(parts.tracer);
  }

  *records(): Generator<FlowRecord> {
    for (const table of [this.#tcp, this.#udp]) {
      for (const flow of table.flows) {
        const record = recordOf(flow, this.#parts.directory.history);
        if (record) yield record;
      }
    }
    yield* this.#recent;
  }

  /** The flows that have not been handed to `onEnded`, each with an object that stays the same as long as it is that flow. */
  *open(): Generator<readonly [flow: object, record: FlowRecord]> {
    for (const table of [this.#tcp, this.#udp]) {
      for (const flow of table.flows) {
        const record = recordOf(flow, this.#parts.directory.history);
        if (record) yield [flow.counted, record];
      }
    }
  }

  /** How many are in memory. */
  get sockets(): number {
    return this.#tcp.size + this.#udp.size;
  }

  /** Sockets in the last reading that there was no room for. */
  get leftOut(): BySocket {
    return { tcp: this.#tcp.leftOut, udp: this.#udp.leftOut };
  }

  /** How many sockets there is room for in memory, those that are there among them. */
  get room(): BySocket {
    return this.#room.total;
  }

  /** Containers seen at work that Docker has not named yet. */
  get awaitedContainers(): string[] {
    return [...this.#tcp.awaitedContainers, ...this.#udp.awaitedContainers];
  }

  get unacknowledged(): { closed: number; udp: number | undefined } {
    return { closed: this.#closed.waiting, udp: this.#udpEntries.waiting };
  }

  get acknowledgeRoom(): Status["room"] | undefined {
    return this.#parts.watch.status?.room;
  }

  /** Lets the kernel free the closed flows that have been read: their totals are safe. */
  acknowledgeClosed(): void {
    this.#parts.healths.acknowledgeClosed.attempt(() => this.#closed.acknowledge());
  }

  /** Lets the kernel free the entries of UDP that have been read, as soon as they are idle. */
  acknowledgeUdp(): void {
    this.#parts.healths.acknowledgeUdp.attempt(() => this.#udpEntries.acknowledge());
  }

  /** Owners of sockets that are older than the tracer, the host's addresses. */
  maintain(): void {
    const { tracer, directory, watch, healths, isOff } = this.#parts;
    directory.readAddresses();
    if (isOff) return;
    watch.attempt("owners", healths.owners, () => tracer.backfillOwners());
  }

  read(sink: FlowSink): void {
    if (this.#parts.isOff) this.#endReading(sink);
    else this.#readKernel(sink);
  }

  #readKernel(sink: FlowSink): void {
    const { tracer, directory, healths, watch } = this.#parts;
    let live: FlowRows | undefined;
    let alive = false;
    this.readings += 1;
    this.#udpEntries.beginCycle();
    healths.tracer.attempt(() => {
      const status = watch.look();
      alive = true;
      this.#beginProcesses();
      this.#readClosed(status);
      // Else TCP's sockets, which come first, would take the room of all those of UDP that are there already.
      const first = this.#room.udpWanted === undefined;
      if (first && status.parts.udp) healths.udp.attempt(() => this.#readUdp());
      live = readLiveFlows(tracer);
    });
    directory.renewAddresses();
    if (alive) this.#takeIn(live, sink);
  }

  /** What others have handed on in this reading is all of it. */
  #endReading(sink: FlowSink): void {
    const { directory, healths } = this.#parts;
    this.readings += 1;
    healths.tracer.rest("FLOW_SOURCES does not name the kernel");
    directory.renewAddresses();
    if (healths.processes.attempt(() => directory.readProcesses())) directory.judgeProcesses();
    this.world = directory.world();
    sink.apply([], this.world.nowNs / 1e6);
  }

  /** Learns which cgroup is which container's while its processes are there; never throws. */
  readProcesses(): void {
    if (this.#parts.isOff) return;
    this.#readProcessRows();
    this.#readCgroups();
  }

  /** What the next exporter needs, so that nothing counts twice or not at all. */
  get state(): KernelState {
    return {
      ...this.#parts.watch.state,
      closed: this.#closed.state(this.#tcp.unsettledSequences()),
      tcp: this.#tcp.memories(),
      udp: this.#udp.memories(),
      udpRows: this.#udpEntries.state(this.#udp.unsettledKeys()),
    };
  }

  /** Goes on where an earlier exporter was; `unreadable`: rows that it left and that cannot be read any more. */
  restore(state: KernelState, unreadable: BySocket, sameBoot: boolean, nowNs: number): void {
    const { watch, tracer } = this.#parts;
    watch.restore(state, sameBoot);
    if (!sameBoot) return;
    watch.lostFlows.addUnreadable("closed", unreadable.tcp);
    watch.lostFlows.addUnreadable("udp", unreadable.udp);
    this.#closed = new ClosedFlows(tracer, state.closed);
    this.#udpEntries = new UdpEntries(tracer, state.udpRows);
    this.#tcp.remember(state.tcp, nowNs);
    this.#udp.remember(state.udp, nowNs);
  }

  /** Cgroups that were made since the processes were read may have had sockets already. */
  #takeIn(live: FlowRows | undefined, sink: FlowSink): void {
    this.#room.renew();
    this.#readCgroups();
    const world = this.#parts.directory.world();
    const own = this.#own.of(live);
    this.#takeTcp(own, world, sink);
    this.#takeUdp(world);
    this.#takePrograms(world);
    sink.apply(this.#drain(), world.nowNs / 1e6);
    this.world = world;
    if (own) this.rows = own.length;
  }

  /**
   * Reading the cgroups takes milliseconds where there are many, so it is done once in a cycle, after the sockets. Only where
   * the kernel does not report them all are the processes judged before, while they are there: `/proc` has the rest.
   */
  #beginProcesses(): void {
    if (this.#parts.directory.areCgroupsComplete) this.#readProcessRows();
    else this.readProcesses();
  }

  #readProcessRows(): void {
    const { directory, watch, healths } = this.#parts;
    this.#unjudged = watch.attempt("processes", healths.processes, () => directory.readProcesses());
  }

  /** Reads the cgroups, then judges the processes by them. */
  #readCgroups(): void {
    const { directory, watch, healths } = this.#parts;
    directory.areCgroupsComplete = watch.attempt("cgroups", healths.cgroups, () => directory.readCgroups());
    if (this.#unjudged) directory.judgeProcesses();
    this.#unjudged = false;
  }

  #drain() {
    return drainDeltas([...this.#tcp.takeChanged(), ...this.#udp.takeChanged()], this.#onOpened);
  }

  #keepRecord(flow: Flow): void {
    const record = recordOf(flow, this.#parts.directory.history);
    if (!record) return;
    this.#recent.add(record);
    this.#parts.onEnded?.(flow.counted, record);
  }

  #readClosed(status: Status): void {
    const { healths, watch } = this.#parts;
    const before = this.#closed.identity;
    healths.closed.attempt(() => this.#closed.read(status));
    if (this.#closed.complete) watch.noteSign(this.#closed.identity);
    if (before !== "" && before !== this.#closed.identity) this.#welcomeTracer();
    watch.lostFlows.add({ ...status, closedErased: this.#closed.erased });
  }

  /** A tracer that starts anew knows no socket that is older, and counts losses and numbers its UDP entries from the start. */
  #welcomeTracer(): void {
    this.#parts.watch.lostFlows.startOver();
    // The roles of sockets that are older than the tracer are only settled by the second look at the owners.
    this.maintain();
    this.maintain();
    this.#readCgroups();
    const world = this.#parts.directory.world();
    this.#takeLeftUdp(world);
    this.#udp.startOver(world);
  }

  #takeTcp(live: FlowRows | undefined, world: World, sink: FlowSink): void {
    const closed = this.#closed.take().map((part) => this.#own.ofClosed(part));
    this.#parts.watch.lostFlows.addUnreadable("closed", this.#closed.takeUnreadable());
    for (const part of closed.slice(0, -1)) {
      const over = this.#tcp.takeClosed(part, world);
      sink.add(drainDeltas(over, this.#onOpened), world.nowNs / 1e6);
      for (const flow of over) this.#keepRecord(flow);
    }
    this.#tcp.update(live, world, closed.slice(-1), live !== undefined && this.#closed.complete);
  }

  #takeUdp(world: World): void {
    const { watch, healths } = this.#parts;
    this.#takeLeftUdp(world);
    if (!watch.status?.parts.udp) return;
    healths.udp.attempt(() => this.#udp.update(this.#own.ofUdp(this.#readUdp()), world));
  }

  /** Those that the kernel has freed since are in no later reading. */
  #takeLeftUdp(world: World): void {
    const left = this.#udpEntries.takeLeft();
    if (left.length > 0) this.#udp.update(left, world, [], false);
  }

  #readUdp(): UdpRows {
    const rows = this.#udpEntries.read();
    this.#room.udpWanted = rows.length;
    return rows;
  }

  #takePrograms(world: World): void {
    const { tracer, watch, healths } = this.#parts;
    const read = () => decodePrograms(tracer.programs()).map((row) => joinProgram(row, world));
    if (!watch.attempt("programs", healths.programs, () => (this.programs = read()))) this.programs = [];
  }
}
