import { ClosedFlows } from "./closed-flows.ts";
import { DecodeError } from "./decode/bytes.ts";
import { ClosedRows } from "./decode/closed-rows.ts";
import type { FlowRows } from "./decode/flow-rows.ts";
import { hostAddresses } from "./decode/host-addresses.ts";
import { outsideCounters } from "./decode/interfaces.ts";
import { CLOSED_ROW, UDP_ROW } from "./decode/layout.ts";
import { localAddresses } from "./decode/local-addresses.ts";
import { cgroupPath, userOf } from "./decode/process-files.ts";
import { byPid, decodeProcesses, type ProcessRow } from "./decode/process-rows.ts";
import { decodePrograms } from "./decode/program-rows.ts";
import { decodeStatus, type Part, type Status } from "./decode/status-row.ts";
import { UdpRows } from "./decode/udp-rows.ts";
import { ContainerCgroups } from "./join/container-cgroups.ts";
import { drainDeltas } from "./join/deltas.ts";
import type { Flow } from "./join/flow.ts";
import { FlowTable } from "./join/flow-table.ts";
import { type Namespace, Namespaces } from "./join/namespaces.ts";
import { OwnContainers } from "./join/own-containers.ts";
import { ProcessHistory } from "./join/process-history.ts";
import { joinProgram, type Program } from "./join/program.ts";
import { Proxies } from "./join/proxies.ts";
import { RecentFlows } from "./join/recent-flows.ts";
import { recordOf } from "./join/records.ts";
import { Tenures } from "./join/tenures.ts";
import { createWorld, type World } from "./join/world.ts";
import { readLiveFlows } from "./live-flows.ts";
import type { Metadata } from "./metadata.ts";
import type { FlowRecord } from "./model/flow-record.ts";
import type { Host } from "./read/host.ts";
import type { Tracer } from "./read/tracer.ts";
import { type BySocket, placesFor, type Room } from "./room.ts";
import type { Healths, SourceHealth } from "./source-health.ts";
import { ClockSteps } from "./totals/clock-steps.ts";
import { Coverage } from "./totals/coverage.ts";
import { type EdgeLimits, EdgeTotals } from "./totals/edge-totals.ts";
import { EndpointWork } from "./totals/endpoint-work.ts";
import { LostFlows } from "./totals/lost-flows.ts";
import type { State } from "./totals/state.ts";
import { atBoot, Unseen } from "./totals/unseen.ts";
import { UdpEntries } from "./udp-entries.ts";

const OLDEST_HEARTBEAT_NS = 5e9;
/** Both clocks are the same one, read a moment apart. */
const NEWEST_HEARTBEAT_NS = -1e9;
const KEPT_NS = 300e9;
const FIRST_PID = 1;
const UNBOUNDED: Room = { bytes: Number.MAX_SAFE_INTEGER, isTight: () => false };
const NO_PLACES: BySocket = { tcp: 0, udp: 0 };
const MOST_RECENT = { ended: 5_000, failed: 2_500 };
const NO_UDP = "the tracer could not count UDP: its log says why (docker logs flow-tracer)";
const LEFT_OUT = "the kernel refused the tracer's program for it: its log says why (docker logs flow-tracer)";

export interface CollectorParts {
  tracer: Tracer;
  host: Host;
  metadata: Metadata;
  healths: Healths;
  limits: EdgeLimits;
  /** The tracer has been told to count UDP. */
  udp?: boolean;
  /** Number of this process; left out: as the system tells it. */
  ownPid?: number;
  /** What an earlier exporter handed on. */
  before?: State | undefined;
  /** For the sockets in memory; there is no bound without. */
  room?: Room;
  /** Gets by how many seconds somebody has set the clock. */
  onClockStep?: (seconds: number) => void;
}

/** One cycle after the other, never two at once: read, decode, join, add up. */
export class Collector {
  readonly #recent = new RecentFlows(MOST_RECENT);
  readonly totals: EdgeTotals;
  readonly lostFlows: LostFlows;
  readonly unseen: Unseen;
  readonly clockSteps: ClockSteps;
  readonly history = new ProcessHistory();
  readonly work = new EndpointWork();
  readonly coverage = new Coverage();
  /** Every BPF program on the host. */
  programs: readonly Program[] = [];
  /** How long the last cycle took. */
  seconds = 0;
  /** Sockets in the last read. */
  rows = 0;
  /** What the tracer last said of itself. */
  status: Status | undefined;
  readonly #parts: CollectorParts;
  readonly #closed: ClosedFlows;
  readonly #udpEntries: UdpEntries;
  readonly #tcp: FlowTable = new FlowTable(
    (flow) => this.#keepRecord(flow),
    () => this.#places().tcp,
  );
  readonly #udp: FlowTable = new FlowTable(
    (flow) => this.#keepRecord(flow),
    () => this.#places().udp,
  );
  readonly #cgroups: ContainerCgroups;
  readonly #proxies: Proxies;
  readonly #own: OwnContainers;
  readonly #tenures = new Tenures(KEPT_NS);
  readonly #namespaces: Namespaces;
  /** The metadata they are as of. */
  #tenuresAsOf = 0;
  #processes: ReadonlyMap<number, ProcessRow> = new Map();
  #hostAddresses: ReadonlySet<string> = new Set();
  /** The metadata they were read with: a network that Docker makes gives the host another address. */
  #addressesAsOf = 0;
  readonly #asked = new Set<string>();
  #isTight = false;
  /** Rows of UDP in the last read: as many want room. */
  #udpWanted: number | undefined;

  constructor(parts: CollectorParts) {
    const { tracer, host, limits, before } = parts;
    const sameBoot = before?.bootId === host.bootId() ? before : undefined;
    this.#parts = parts;
    this.totals = new EdgeTotals(limits);
    const left = sameBoot && readableOf(sameBoot);
    this.#cgroups = new ContainerCgroups(KEPT_NS, (pid) => cgroupPath(host.processFile(pid, "cgroup")));
    this.#namespaces = new Namespaces((pid) => namespaceOf(pid, host));
    this.#own = new OwnContainers(before?.ownContainers);
    this.#proxies = new Proxies(KEPT_NS, (pid) => userOf(host.processFile(pid, "status")));
    this.lostFlows = new LostFlows(before?.losses);
    for (const kind of ["closed", "udp"] as const) this.lostFlows.addUnreadable(kind, left?.unreadable[kind] ?? 0);
    const lastSign = before?.lastSign;
    this.unseen = new Unseen(before?.unseenSeconds, sameBoot ? lastSign : lastSign && atBoot(lastSign));
    this.clockSteps = new ClockSteps(sameBoot && lastSign?.wallOffsetMs);
    this.#closed = new ClosedFlows(tracer, left?.closed);
    this.#udpEntries = new UdpEntries(tracer, left?.udpRows);
    if (before) this.#restore(before);
    if (sameBoot) this.#remember(sameBoot, host.bootTimeNs());
  }

  /** The open flows, and the last of those that ended. */
  *flowsOfLate(): Generator<FlowRecord> {
    for (const table of [this.#tcp, this.#udp]) {
      for (const flow of table.flows) {
        const record = recordOf(flow, this.history);
        if (record) yield record;
      }
    }
    yield* this.#recent;
  }

  /** Sockets in the last read that there was no room for. */
  get leftOut(): BySocket {
    return { tcp: this.#tcp.leftOut, udp: this.#udp.leftOut };
  }

  /** How many sockets there is room for in memory, those that are there among them. */
  get room(): BySocket {
    const { tcp, udp } = this.#places();
    return { tcp: this.#tcp.size + Math.max(0, tcp), udp: this.#udp.size + Math.max(0, udp) };
  }

  /** Ids of the monitoring's own containers. */
  get ownContainers(): ReadonlySet<string> {
    return this.#own.ids;
  }

  /** Closed flows that the kernel still keeps for us; entries of UDP that the last cycle read, undefined where it did not. */
  get unacknowledged(): { closed: number; udp: number | undefined } {
    return { closed: this.#closed.waiting, udp: this.#udpEntries.waiting };
  }

  /** Lets the kernel free the closed flows that have been read: their totals are safe. Never throws. */
  acknowledgeClosed(): void {
    this.#parts.healths.acknowledgeClosed.attempt(() => this.#closed.acknowledge());
  }

  /** Lets the kernel give up the entries of UDP that have been read, as soon as they are idle. Never throws. */
  acknowledgeUdp(): void {
    this.#parts.healths.acknowledgeUdp.attempt(() => this.#udpEntries.acknowledge());
  }

  /** All that the next exporter needs to go on from here. */
  state(): State {
    const { taken, rows, ...closed } = this.#closed.state(this.#tcp.unsettledSequences());
    this.#holdTenures(this.#processes, this.#parts.host.bootTimeNs());
    return {
      bootId: this.#parts.host.bootId(),
      ...this.totals.state,
      losses: this.lostFlows.state,
      unseenSeconds: this.unseen.seconds,
      lastSign: this.unseen.last,
      work: [...this.work],
      cgroups: [...this.#cgroups.containers(this.#parts.metadata.known)],
      containers: this.#parts.metadata.known,
      ownContainers: [...this.#own.ids],
      proxies: this.#proxies.known,
      tenures: this.#tenures.state,
      closed: {
        ...closed,
        taken: taken.map(([first, last]) => [first, last]),
        rows: Buffer.from(rows).toString("base64"),
      },
      tcp: [...this.#tcp.memories()],
      udp: [...this.#udp.memories()],
      udpRows: Buffer.from(this.#udpEntries.state(this.#udp.unsettledKeys())).toString("base64"),
    };
  }

  /** Renews what changes seldom: owners of sockets that are older than the tracer, the host's addresses. Never throws. */
  maintain(): void {
    const { tracer, healths } = this.#parts;
    this.#asked.clear();
    this.#readAddresses();
    this.#attempt("owners", healths.owners, () => tracer.backfillOwners());
  }

  /** One cycle; never throws. */
  collect(): void {
    const start = performance.now();
    let live: FlowRows | undefined;
    let alive = false;
    this.#udpEntries.forget();
    this.#parts.healths.tracer.attempt(() => {
      this.#lookAtClock();
      const status = this.#readStatus();
      alive = true;
      this.readProcesses();
      this.#readClosed(status);
      // Else TCP's sockets, which come first, would take the room of all those of UDP that are there already.
      const first = this.#udpWanted === undefined;
      if (first && status.parts.udp) this.#parts.healths.udp.attempt(() => this.#readUdp());
      live = readLiveFlows(this.#parts.tracer);
    });
    if (this.#parts.metadata.version !== this.#addressesAsOf) this.#readAddresses();
    if (alive) this.#takeIn(live);
    this.seconds = (performance.now() - start) / 1000;
  }

  /** Whether it is known which cgroup is a container's. */
  knowsCgroupOf(containerId: string): boolean {
    return this.#cgroups.hasSeen(containerId);
  }

  /** Learns which cgroup is which container's while its processes are there; never throws. */
  readProcesses(): void {
    const { tracer, host, healths } = this.#parts;
    this.#attempt("processes", healths.processes, () => {
      const rows = decodeProcesses(tracer.processes());
      this.#processes = byPid(rows);
      const nowNs = host.bootTimeNs();
      this.#cgroups.look(rows, nowNs);
      this.#proxies.look(this.#processes, () => this.#cgroups.containers(this.#parts.metadata.known), nowNs);
      this.history.add(rows, nowNs);
    });
  }

  #takeIn(live: FlowRows | undefined): void {
    this.#isTight = this.#parts.room?.isTight() ?? false;
    const world = this.#world();
    this.#takeTcp(live, world);
    this.#takeUdp(world);
    this.#takePrograms(world);
    const changed = [...this.#tcp.takeChanged(), ...this.#udp.takeChanged()];
    this.totals.apply(drainDeltas(changed), world.nowNs / 1e6);
    const outside = outsideCounters(this.#parts.host.netFile("dev"));
    this.coverage.add(this.totals.outsideBytes, outside, world.nowNs);
    this.work.apply(world, talkingIn(this.totals));
    if (live) this.rows = live.length;
    this.#askForContainers();
  }

  #keepRecord(flow: Flow): void {
    const record = recordOf(flow, this.history);
    if (record) this.#recent.add(record);
  }

  #lookAtClock(): void {
    const { host, onClockStep } = this.#parts;
    const seconds = this.clockSteps.add(host.wallOffsetMs(), host.bootTimeNs());
    if (seconds !== undefined) onClockStep?.(seconds);
  }

  /** Pins outlive a tracer that was killed, and would hand over old rows. */
  #readStatus(): Status {
    const { tracer, host, healths } = this.#parts;
    const status = decodeStatus(tracer.status());
    const age = host.bootTimeNs() - status.heartbeatNs;
    if (age > OLDEST_HEARTBEAT_NS) throw new Error(`the tracer is gone: no sign of it for ${Math.round(age / 1e9)} s`);
    if (age < NEWEST_HEARTBEAT_NS) throw new Error(aheadOfTime(-age));
    this.status = status;
    if (!status.parts.udp && this.#parts.udp) healths.udp.fail(NO_UDP);
    else if (!status.parts.udp) healths.udp.rest("the tracer does not count UDP");
    return status;
  }

  #readClosed(status: Status): void {
    const before = this.#closed.identity;
    this.#parts.healths.closed.attempt(() => this.#closed.read(status));
    if (this.#closed.complete) this.#noteSign();
    if (before !== "" && before !== this.#closed.identity) this.#welcomeTracer();
    this.lostFlows.add({ ...status, closedErased: this.#closed.erased });
  }

  #noteSign(): void {
    const { host, tracer } = this.#parts;
    const aliveNs = this.status?.heartbeatNs ?? 0;
    const sign = { tracer: this.#closed.identity, aliveNs, wallOffsetMs: host.wallOffsetMs() };
    this.unseen.add(sign, tracer.startedMs());
  }

  /** A tracer that starts anew knows no socket that is older, and counts losses and numbers its UDP entries from the start. */
  #welcomeTracer(): void {
    this.lostFlows.startOver();
    this.maintain();
    this.maintain();
    const world = this.#world();
    this.#takeLeftUdp(world);
    this.#udp.startOver(world);
  }

  #takeTcp(live: FlowRows | undefined, world: World): void {
    const closed = this.#closed.take();
    for (const part of closed.slice(0, -1)) {
      const over = this.#tcp.takeClosed(part, world);
      this.totals.add(drainDeltas(over), world.nowNs / 1e6);
      for (const flow of over) this.#keepRecord(flow);
    }
    this.#tcp.update(live, world, closed.slice(-1), live !== undefined && this.#closed.complete);
  }

  #takeUdp(world: World): void {
    this.#takeLeftUdp(world);
    if (!this.status?.parts.udp) return;
    this.#parts.healths.udp.attempt(() => this.#udp.update(this.#readUdp(), world));
  }

  /** Those that the kernel has given up since are in no read: nothing else tells of them. */
  #takeLeftUdp(world: World): void {
    const left = this.#udpEntries.takeLeft();
    if (left.length > 0) this.#udp.update(left, world, [], false);
  }

  #readUdp(): UdpRows {
    const rows = this.#udpEntries.read();
    this.#udpWanted = rows.length;
    return rows;
  }

  #takePrograms(world: World): void {
    const { tracer, healths } = this.#parts;
    const read = () => decodePrograms(tracer.programs()).map((row) => joinProgram(row, world));
    if (!this.#attempt("programs", healths.programs, () => (this.programs = read()))) this.programs = [];
  }

  /** How many more sockets there is room for. */
  #places(): BySocket {
    if (this.#isTight) return NO_PLACES;
    const { bytes } = this.#parts.room ?? UNBOUNDED;
    return placesFor(bytes, { tcp: this.#tcp.size, udp: this.#udp.size }, this.#udpWanted ?? 0);
  }

  /** A part that the tracer says it left out is not tried. Returns whether `step` was done. */
  #attempt(part: Part, health: SourceHealth, step: () => void): boolean {
    if (this.status?.parts[part] !== false) return health.attempt(step);
    health.fail(LEFT_OUT);
    return false;
  }

  #readAddresses(): void {
    const { host, metadata } = this.#parts;
    this.#addressesAsOf = metadata.version;
    this.#hostAddresses = hostAddresses(host.netFile("fib_trie"), host.netFile("if_inet6"));
  }

  #world(): World {
    const { metadata, host, ownPid } = this.#parts;
    const nowNs = host.bootTimeNs();
    const processes = this.#processes;
    this.#cgroups.learn(metadata.containers, processes, nowNs);
    const cgroups = this.#cgroups.containers(metadata.known);
    this.#holdTenures(processes, nowNs);
    const self = processes.get(ownPid ?? process.pid);
    this.#own.look(metadata.containers, self && cgroups.get(self.cgroupId));
    return createWorld({
      processes,
      history: this.history,
      containers: metadata.containers,
      goneContainers: metadata.gone,
      services: metadata.services,
      tenures: this.#tenures,
      namespaces: this.#namespaces,
      cgroups,
      proxies: this.#proxies.pids(processes),
      engines: this.#proxies.enginePids(processes),
      hostAddresses: this.#hostAddresses,
      nowNs,
      metadataVersion: metadata.version,
      metadataUp: metadata.up,
    });
  }

  #holdTenures(processes: ReadonlyMap<number, ProcessRow>, nowNs: number): void {
    const { metadata } = this.#parts;
    if (metadata.version === this.#tenuresAsOf) {
      if (metadata.up) this.#tenures.confirm(nowNs);
      return;
    }
    this.#tenuresAsOf = metadata.version;
    this.#tenures.update(metadata.containers, metadata.gone, ({ pid }) => processes.get(pid)?.startNs, nowNs);
  }

  #restore(before: State): void {
    this.totals.restore(before, this.#parts.host.bootTimeNs() / 1e6);
    this.work.restore(before.work);
  }

  #remember({ tcp, udp, cgroups, containers, proxies, tenures }: State, nowNs: number): void {
    this.#cgroups.restore(cgroups, nowNs);
    this.#proxies.remember(proxies, nowNs);
    this.#parts.metadata.restore(containers);
    this.#tenures.restore(tenures, containers);
    this.#tcp.remember(tcp, nowNs);
    this.#udp.remember(udp, nowNs);
  }

  #askForContainers(): void {
    const awaited = [...this.#tcp.awaitedContainers, ...this.#udp.awaitedContainers];
    const unasked = awaited.filter((id) => !this.#asked.has(id));
    for (const id of unasked) this.#asked.add(id);
    if (unasked.length > 0) void this.#parts.metadata.refresh();
  }
}

/** What the kernel tells of the network namespace a process is in; undefined where it tells nothing. */
function namespaceOf(pid: number, host: Host): Namespace | undefined {
  const fibTrie = host.processFile(pid, "net/fib_trie");
  if (fibTrie === "") return undefined;
  return {
    local: localAddresses(fibTrie, host.processFile(pid, "net/ipv6_route")),
    isOfHostUsers: host.processFile(pid, "uid_map") === host.processFile(FIRST_PID, "uid_map"),
  };
}

/** Such a heartbeat would pass for a living one until its time has come. */
function aheadOfTime(ns: number): string {
  const seconds = Math.round(ns / 1e9);
  return `the tracer's last sign is ${seconds} s in the future: both must run in the host's time namespace, on the same boot`;
}

/** Rows that an exporter of another version left, laid out in another way, are lost. */
function readableOf({ closed, udpRows }: State) {
  const ended = readable(closed.rows, (rows) => new ClosedRows(rows), CLOSED_ROW.size);
  const udp = readable(udpRows, (rows) => new UdpRows(rows), UDP_ROW.size);
  return {
    closed: { ...closed, rows: ended.rows },
    udpRows: udp.rows,
    unreadable: { closed: ended.unreadable, udp: udp.unreadable },
  };
}

function readable(base64: string, decode: (rows: Uint8Array) => FlowRows, rowBytes: number) {
  const rows = new Uint8Array(Buffer.from(base64, "base64"));
  try {
    decode(rows);
    return { rows, unreadable: 0 };
  } catch (error) {
    if (error instanceof DecodeError) return { rows: new Uint8Array(), unreadable: Math.ceil(rows.length / rowBytes) };
    throw error;
  }
}

function talkingIn(totals: EdgeTotals): Set<string> {
  return new Set([...totals].flatMap(({ edge }) => [edge.source.name, edge.destination.name]));
}
