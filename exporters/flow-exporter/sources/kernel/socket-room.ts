import { type BySocket, placesFor, type Room } from "./room.ts";

const NO_PLACES: BySocket = { tcp: 0, udp: 0 };

/** How many more sockets there is memory for, as of the reading that is taken in. */
export class SocketRoom {
  /** Rows of UDP in the last reading: as many want room. */
  udpWanted: number | undefined;
  readonly #room: Room | undefined;
  readonly #kept: () => BySocket;
  #isTight = false;

  /** `kept` gives how many there are; there is no bound without `room`. */
  constructor(room: Room | undefined, kept: () => BySocket) {
    this.#room = room;
    this.#kept = kept;
  }

  /** To be called as a reading begins to be taken in. */
  renew(): void {
    this.#isTight = this.#room?.isTight() ?? false;
  }

  get places(): BySocket {
    if (this.#isTight) return NO_PLACES;
    return placesFor(this.#room?.bytes ?? Number.MAX_SAFE_INTEGER, this.#kept(), this.udpWanted ?? 0);
  }

  /** All that fit, those that are there among them. */
  get total(): BySocket {
    const [{ tcp, udp }, kept] = [this.places, this.#kept()];
    return { tcp: kept.tcp + Math.max(0, tcp), udp: kept.udp + Math.max(0, udp) };
  }
}
