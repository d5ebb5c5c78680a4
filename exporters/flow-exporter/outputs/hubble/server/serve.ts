import { setTimeout as sleep } from "node:timers/promises";
import { type Credentials, type GrpcBounds, GrpcServer } from "../grpc/server.ts";
import { GrpcError } from "../grpc/status.ts";
import type { FromThread, ToThread } from "../messages.ts";
import { notifyMethod } from "../peers/notify.ts";
import type { Peers } from "../peers/peers.ts";
import { serverNameOf } from "../peers/server-name.ts";
import { Exporter } from "./exporter.ts";
import type { Follower } from "./follower.ts";
import { healthMethods } from "./health.ts";
import { observerMethods } from "./observer.ts";
import { Ring } from "./ring.ts";

const BOUNDS: GrpcBounds = {
  connections: 64,
  streams: 32,
  calls: 48,
  messageBytes: 64 * 1024,
  requestMs: 10_000,
  idleMs: 300_000,
};
const MAX_FOLLOWERS = 16;
/** Events that the fastest follower may be behind before it is waited for, and for how long. */
const MAX_AHEAD = 4_096;
const MAX_HOLD_MS = 250;
const HOLD_MS = 5;

export interface ServeParts {
  node: string;
  version: string;
  peers: Peers;
  credentials: Credentials | undefined;
  /** The name in the certificates of the peers; undefined: as Cilium has it. */
  serverName: string | undefined;
  post(message: FromThread): void;
}

/** Answers Hubble's clients, and asks the exporter for what they want. */
export class HubbleServer {
  readonly #parts: ServeParts;
  readonly #exporter: Exporter;
  readonly #ring: Ring;
  readonly #followers = new Set<Follower>();
  readonly #server: GrpcServer;
  #lost = 0;
  #refused = 0;

  /** `ring`: how many events are kept for those who follow. */
  constructor(parts: ServeParts, bounds: Partial<GrpcBounds> = {}, ring?: number) {
    this.#parts = parts;
    this.#ring = new Ring(ring);
    this.#exporter = new Exporter(parts.post);
    const { node, version, peers, credentials, serverName } = parts;
    const tls = credentials && { enabled: true, serverName: serverName ?? serverNameOf(node) };
    const methods = new Map([
      ...healthMethods(),
      ...observerMethods({
        exporter: this.#exporter,
        ring: this.#ring,
        followers: {
          add: (follower) => this.#add(follower),
          remove: (follower) => this.#remove(follower),
          onLost: (count) => {
            this.#lost += count;
          },
        },
        node,
        version,
        address: () => peers.ownAddress,
        tls,
      }),
      notifyMethod(peers, credentials && { serverName }),
    ]);
    this.#server = new GrpcServer(methods, { ...BOUNDS, ...bounds }, credentials);
  }

  /** @returns the port. @throws the system's error when it cannot listen there */
  listen(host: string, port: number): Promise<number> {
    return this.#server.listen(host, port);
  }

  /** Takes in what the exporter tells. */
  take(message: ToThread): void {
    if (message.kind === "events") {
      this.#ring.add(message.flows);
      void this.#acknowledge();
    } else if (message.kind === "lost") {
      this.#lost += message.count * this.#followers.size;
      for (const follower of this.#followers) follower.miss(message.count);
    } else this.#exporter.take(message);
  }

  /** How it serves. */
  get served(): { calls: number; refused: number; lost: number } {
    return { calls: this.#server.calls, refused: this.#server.refused + this.#refused, lost: this.#lost };
  }

  close(): void {
    this.#server.close();
  }

  /**
   * A cycle's events come at once, and would push each other out of the ring before anybody could read them: the next are asked for
   * as the fastest has read, which is not held up by those who are slower. If none reads, nobody waits for long.
   */
  async #acknowledge(): Promise<void> {
    for (let waitedMs = 0; this.#ring.ahead > MAX_AHEAD && waitedMs < MAX_HOLD_MS; waitedMs += HOLD_MS)
      await sleep(HOLD_MS);
    this.#parts.post({ kind: "taken" });
  }

  #add(follower: Follower): void {
    if (this.#followers.size >= MAX_FOLLOWERS) {
      this.#refused += 1;
      throw new GrpcError("RESOURCE_EXHAUSTED", `${MAX_FOLLOWERS} clients follow, which is all there is room for`);
    }
    this.#followers.add(follower);
    this.#ring.join(follower);
    if (this.#followers.size === 1) this.#parts.post({ kind: "follow", isOn: true });
  }

  #remove(follower: Follower): void {
    if (!this.#followers.delete(follower)) return;
    this.#ring.leave(follower);
    if (this.#followers.size === 0) this.#parts.post({ kind: "follow", isOn: false });
  }
}
