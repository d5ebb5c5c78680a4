import type { Container } from "../model/container.ts";
import type { Edge } from "../model/edge.ts";
import type { FlowRecord } from "../model/flow-record.ts";
import type { HttpNotCounted, HttpTotal } from "../model/http-total.ts";
import type { Losses } from "../model/losses.ts";
import type { NatStatus } from "../model/nat.ts";
import type { ObservedEdge } from "../model/observed-edge.ts";
import type { Program } from "../model/program.ts";
import type { RecorderStatus, ReplayStatus } from "../model/recording.ts";
import type { Status } from "../model/tracer-status.ts";
import type { EdgeRates } from "../totals/edge-rates.ts";
import type { EdgeCounters, EdgeTotal } from "../totals/edge-total.ts";
import type { EndpointTotal, WorkRates } from "../totals/endpoint-work.ts";
import type { HubbleMetrics } from "./hubble/metrics.ts";

export interface SourceView {
  readonly name: string;
  /** Undefined while it is not in use. */
  readonly up: boolean | undefined;
  readonly reason: string;
  readonly failures: number;
}

/** Sockets by their protocol. */
export interface BySocket {
  tcp: number;
  udp: number;
}

/** By how much the clock was set, back where negative, and how long ago. */
export interface ClockStep {
  seconds: number;
  ageSeconds: number;
}

interface StoreStatus {
  /** Flows that have ended and have not been handed to it yet. */
  readonly ended: number;
  /** Rows that nobody will write. */
  readonly dropped: number;
  /** What its database has not taken. */
  readonly waiting: { readonly entries: number; readonly bytes: number };
  /** Writes that failed, by their error's name. */
  readonly errors: ReadonlyMap<string, number>;
  /** What the kernel says of translated addresses; undefined before the first write. */
  readonly nat: NatStatus | undefined;
}

/** A container that runs, by the name that its flows have. */
export interface ShownContainer {
  container: Container;
  endpoint: string;
  /** Names of the services of Kubernetes that its pod is behind. */
  services: readonly string[];
}

/** All that is shown to the outside, as of now. */
export interface View {
  /** Open ones, and those that ended lately. */
  flows(): Iterable<FlowRecord>;
  edges(): Iterable<EdgeTotal>;
  /** What goes over one of them just now; undefined: that is not known. */
  edgeRates(total: EdgeTotal): EdgeRates | undefined;
  /** Who talks to whom as others say who watch, such as Hubble; counted apart from `edges`. */
  observed(): Iterable<ObservedEdge>;
  /** Who they are, as the settings name them, whether or not they have told anything yet. */
  origins: readonly string[];
  /** How many events they have lost ahead of us, by where. */
  lostEvents(): readonly { readonly name: string; readonly lost: ReadonlyMap<string, number> }[];
  /** Per endpoint. */
  work(): Iterable<EndpointTotal>;
  /** What the processes of an endpoint do just now; undefined: that is not known. */
  workRates(endpoint: string): WorkRates | undefined;
  /** Those that run. */
  containers(): Iterable<ShownContainer>;
  /** Undefined while it says nothing. */
  coverage(): number | undefined;
  /** When the machine booted, milliseconds since 1970. */
  bootMs(): number;
  /** How long ago that was, milliseconds; in a replay, as of the cycle that is shown. */
  sinceBootMs(): number;
  /** Every BPF program on the host. */
  programs(): Iterable<Program>;
  /** HTTP of the containers that are named for it. */
  http(): Iterable<HttpTotal>;
  /** Undefined: none are named. */
  httpNotCounted(): HttpNotCounted | undefined;
  /** What nothing goes without. */
  tracer: SourceView;
  /** What it last said of itself; undefined while it is gone. */
  status(): Status | undefined;
  /** All parts that can fail, the tracer and the sinks among them. */
  sources: readonly SourceView[];
  /** In front of the sinks that take their time, and how many deltas each has dropped. */
  queues: readonly { readonly name: string; readonly dropped: number }[];
  /** What was wrong with the answers of each tracer that is read over a socket, of Hubble, of the kubelet and of the API server, and how often. */
  sourceFaults(): readonly { readonly name: string; readonly faults: ReadonlyMap<string, number> }[];
  /** How it is with the store; undefined: there is none. */
  store(): StoreStatus | undefined;
  /** Of the last cycle. */
  collectSeconds(): number;
  /** How long ago the last cycle ended, and how long that may be. */
  cycles: { readonly ageSeconds: number; readonly maxSeconds: number };
  rows(): number;
  lostFlows(): Losses;
  /** How many sockets there is room for in memory. */
  socketRoom(): BySocket;
  /** Those of the last read that there was none for. */
  socketsLeftOut(): BySocket;
  droppedEdges(): number;
  /** Sums over the edges that have left. */
  departed(): Readonly<Record<Edge["protocol"], EdgeCounters>>;
  /** Seconds in which no tracer watched. */
  unseenSeconds(): number;
  /** Times that somebody set the clock since this exporter started. */
  clockSteps(): number;
  /** The last of them. */
  lastClockStep(): ClockStep | undefined;
  /** Files of totals that were put aside as they made no sense. */
  setAside(): number;
  /** How it is with the recording that is made; undefined: none can be. */
  recorder(): RecorderStatus | undefined;
  /** What is shown is a recording; undefined: it is this machine, now. */
  replay(): ReplayStatus | undefined;
  /** Ids of the monitoring's own containers. */
  ownContainers(): ReadonlySet<string>;
  /** Our events as Hubble counts its own; undefined: nobody wants that. */
  hubble: HubbleMetrics | undefined;
  /** Name of this machine. */
  node: string;
  leftOut: Readonly<Record<string, string>>;
  version: string;
}
