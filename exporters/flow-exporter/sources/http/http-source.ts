import type { World } from "../../metadata/world.ts";
import { UNKNOWN_CONTAINER } from "../../model/endpoint.ts";
import type { HttpNotCounted, HttpTotal } from "../../model/http-total.ts";
import { type FlowRow, NETNS_OWNER, PROTOCOL, ROLE } from "../../model/socket.ts";
import type { SourceHealth } from "../../model/source-health.ts";
import { resolveEdge } from "../../naming/edge.ts";
import type { HttpFiles } from "./http-files.ts";
import { decodeHttp, type HttpRow } from "./http-rows.ts";
import { idsOf } from "./named-containers.ts";

/** So long a client that Docker has not reported yet is waited for. */
const PATIENCE_NS = 5e9;

export interface HttpSink {
  add(grown: HttpTotal): void;
}

export interface HttpSourceParts {
  files: HttpFiles;
  /** Containers, or services of Compose. */
  names: readonly string[];
  sink: HttpSink;
  health: SourceHealth;
}

interface Taken {
  count: number;
  latencyNs: number;
  /** Since when it has grown by answers to nobody who is known; 0: it has not. */
  waitingNs: number;
}

/** HTTP of the named containers: tells the tracer which these are, and hands on what has been asked of them since the last cycle. */
export class HttpSource {
  notCounted: HttpNotCounted = { table: 0, handshake: 0 };
  readonly #parts: HttpSourceParts;
  /** Undefined before the first reading: what is there then has been counted by an earlier exporter. */
  #taken: Map<string, Taken> | undefined;
  /** What the tracer was told last, and as of which answer of Docker. */
  #told: string | undefined;
  #toldAsOf = -1;

  constructor(parts: HttpSourceParts) {
    this.#parts = parts;
  }

  get health(): SourceHealth {
    return this.#parts.health;
  }

  /** One cycle; never throws. */
  read(world: World): void {
    this.health.attempt(() => {
      this.#tell(world);
      const { rows, notCounted } = decodeHttp(this.#parts.files.rows());
      this.notCounted = notCounted;
      // What is no longer among the rows was another tracer's.
      this.#taken = new Map(rows.map((row) => [row.key, this.#take(row, world)]));
    });
  }

  #tell(world: World): void {
    if (world.metadataVersion === this.#toldAsOf) return;
    const ids = idsOf(this.#parts.names, world.containers.values());
    if (ids.join() !== this.#told) this.#parts.files.want(ids);
    this.#told = ids.join();
    this.#toldAsOf = world.metadataVersion;
  }

  #take(row: HttpRow, world: World): Taken {
    const { count, latencyNs } = row;
    const before = this.#taken ? this.#before(row, this.#taken) : { count, latencyNs, waitingNs: 0 };
    if (count === before.count) return before;
    const { edge, unknownContainer } = resolveEdge({ client: undefined, server: socketOf(row, world) }, world);
    if (unknownContainer !== undefined || edge.source === UNKNOWN_CONTAINER) {
      const waitingNs = before.waitingNs || world.nowNs;
      if (world.nowNs - waitingNs < PATIENCE_NS) return { ...before, waitingNs };
    }
    this.#parts.sink.add({
      source: edge.source,
      destination: edge.destination,
      destinationPort: row.port,
      method: row.method,
      code: row.code,
      requests: count - before.count,
      latencySeconds: (latencyNs - before.latencyNs) / 1e9,
    });
    return { count, latencyNs, waitingNs: 0 };
  }

  /** A tracer that started anew counts from 0. */
  #before(row: HttpRow, taken: ReadonlyMap<string, Taken>): Taken {
    const before = taken.get(row.key);
    return before && before.count <= row.count ? before : { count: 0, latencyNs: 0, waitingNs: 0 };
  }
}

/** The server's socket, as far as a row tells of it: named as every other one is. */
function socketOf({ cgroupId, clientAddress, port, lastNs }: HttpRow, world: World): FlowRow {
  const container = world.containers.get(world.cgroups.get(cgroupId) ?? "");
  const process = container && world.processes.get(container.pid);
  return {
    cookie: 0,
    netns: process?.netns ?? 0,
    netnsCookie: process?.netnsCookie ?? 0,
    netnsOwner: NETNS_OWNER.unknown,
    cgroupId,
    startNs: lastNs,
    sourceAddress: container?.addresses[0] ?? "",
    destinationAddress: clientAddress,
    sourcePort: port,
    destinationPort: 0,
    pid: 0,
    comm: "",
    protocol: PROTOCOL.tcp,
    role: ROLE.server,
  };
}
