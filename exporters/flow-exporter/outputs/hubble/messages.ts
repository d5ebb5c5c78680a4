import type { HubbleFlow } from "../../model/hubble-flow.ts";

/** What the exporter tells the thread that serves its flows. */
export type ToThread =
  /** Events since the last batch, oldest first; to be acknowledged. */
  | { kind: "events"; flows: readonly HubbleFlow[] }
  /** So many there was no room for. */
  | { kind: "lost"; count: number }
  /** A part of the answer to `history`, and whether it is the last. */
  | { kind: "history"; id: number; flows: readonly HubbleFlow[]; isLast: boolean }
  | { kind: "facts"; id: number; facts: Facts };

/** What the thread asks and tells the exporter. */
export type FromThread =
  /** Whether anybody follows. */
  | { kind: "follow"; isOn: boolean }
  /** A batch has been taken in. */
  | { kind: "taken" }
  | { kind: "history"; id: number }
  | { kind: "facts"; id: number }
  /** Where it listens. */
  | { kind: "listening"; port: number };

/** What a status says of the exporter. */
export interface Facts {
  /** Events since the exporter started. */
  seen: number;
  /** Events a second in the last minute. */
  rate: number;
  uptimeMs: number;
  namespaces: readonly string[];
}

/** How the thread is to serve. */
export interface ServeSettings {
  host: string;
  port: number;
  tls: TlsFiles | undefined;
  node: string;
  version: string;
  /** Other nodes, as `host:port`; a host can have many addresses. */
  peers: readonly { host: string; port: number }[];
  /** Where this node is found; undefined: at its first address that is no loopback. */
  advertise: string | undefined;
}

interface TlsFiles {
  certFile: string;
  keyFile: string;
  /** Whose clients are let in; undefined: all are. */
  clientCaFile: string | undefined;
  /** The name in the peers' certificates; undefined: as Cilium has it. */
  serverName: string | undefined;
}

/** How many events a history has at most. */
export const MAX_HISTORY = 10_000;
/** Events in a message: copying them takes a few milliseconds. */
export const MAX_BATCH = 500;
