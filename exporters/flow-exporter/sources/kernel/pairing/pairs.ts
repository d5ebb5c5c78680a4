import type { World } from "../../../metadata/world.ts";
import type { FlowSocket, Tuple } from "../sockets/shapes.ts";
import { type Doubts, doubtsInPair, hasAsMuchRight } from "./trust.ts";

/** A socket, or what is to be one. */
type End = Pick<FlowSocket, "row" | "tuples">;

interface Mirror {
  socket: FlowSocket;
  /** Of the other end, and of the one that asks. */
  doubts: Doubts;
}

/** Finds the other socket of a connection whose both ends are on this host. */
export class Pairs {
  /** Sockets whose other end has not shown, by each name of their connection: those at the one end, and at the other. */
  readonly #alone = [new Map<string, FlowSocket>(), new Map<string, FlowSocket>()] as const;

  /** The other end's socket, if it waits for this one; from then on it does not. Both get to know whether they may lie. */
  takeMirror(end: FlowSocket, world: World): FlowSocket | undefined {
    const mirror = this.#mirror(end, world);
    if (!mirror) return undefined;
    const { socket, doubts } = mirror;
    [socket.isDoubted, end.isDoubted] = doubts;
    this.remove(socket);
    return socket;
  }

  /** Whether the other end waits for this one. */
  hasMirror(end: End, world: World): boolean {
    return this.#mirror(end, world) !== undefined;
  }

  /** Lets a socket wait for its other end. Of two with one name it is the later, unless that has less right to it. */
  add(socket: FlowSocket, world: World): void {
    for (const tuple of socket.tuples) {
      const at = this.#at(tuple);
      const held = at.get(tuple.name);
      if (!held || hasAsMuchRight(socket.row, held.row, world)) at.set(tuple.name, socket);
    }
  }

  remove(socket: FlowSocket): void {
    for (const tuple of socket.tuples) {
      const at = this.#at(tuple);
      if (at.get(tuple.name) === socket) at.delete(tuple.name);
    }
  }

  #mirror({ row, tuples }: End, world: World): Mirror | undefined {
    for (const { name, reversed } of tuples) {
      const socket = this.#at({ reversed: !reversed }).get(name);
      const doubts = socket && doubtsInPair(socket.row, row, world);
      if (doubts) return { socket, doubts };
    }
    return undefined;
  }

  #at({ reversed }: Pick<Tuple, "reversed">): Map<string, FlowSocket> {
    return this.#alone[reversed ? 1 : 0];
  }
}
