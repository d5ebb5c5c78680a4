import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { type SocketValues, udpRow } from "./rows.ts";

interface Entry {
  number: number;
  values: SocketValues & { sent: number; sentPackets: number };
  idle: boolean;
  /** The first read that has shown it as it is. */
  shownIn: number | undefined;
}

/** The tracer's table of UDP: an idle entry leaves as it is read, if an acknowledged read has shown all of it. */
export class Datagrams {
  readonly #entries = new Map<string, Entry>();
  #reads = 0;
  #acknowledged = 0;
  /** Entries that were made. */
  made = 0;

  /** Of a socket that has sent nothing for long, in an entry of its own. */
  send(socket: SocketValues, bytes: number): void {
    const name = `${socket.cookie} ${socket.destination}`;
    const entry = this.#entries.get(name) ?? this.#make(name, socket);
    entry.values.sent += bytes;
    entry.values.sentPackets += 1;
    entry.idle = false;
    entry.shownIn = undefined;
  }

  /** All have been idle for long. */
  rest(): void {
    for (const entry of this.#entries.values()) entry.idle = true;
  }

  get size(): number {
    return this.#entries.size;
  }

  read(): Uint8Array {
    this.#reads += 1;
    for (const [name, { idle, shownIn }] of this.#entries)
      if (idle && shownIn !== undefined && shownIn <= this.#acknowledged) this.#entries.delete(name);
    for (const entry of this.#entries.values()) entry.shownIn ??= this.#reads;
    return Buffer.concat([...this.#entries.values()].map(({ number, values }) => udpRow(values, number)));
  }

  acknowledge(): void {
    this.#acknowledged = this.#reads;
  }

  #make(name: string, socket: SocketValues): Entry {
    const number = ++this.made;
    const values = { role: ROLE.client, start: number, ...socket, sent: 0, sentPackets: 0 };
    const entry: Entry = { number, values, idle: false, shownIn: undefined };
    this.#entries.set(name, entry);
    return entry;
  }
}
