import type { Bench } from "../bench.ts";
import { type Background, startBackground } from "./background.ts";
import type { Namespace } from "./network.ts";

interface Opened {
  connections: number;
  next: number;
}

/** Live sockets on the loopback of a namespace: both ends of each connection. */
export class Sockets implements AsyncDisposable {
  /** How many there are. */
  open = 0;
  readonly #program: string;
  readonly #namespace: Namespace;
  readonly #bench: Bench;
  readonly #holders: Background[] = [];
  #nextAddress = 1;

  constructor(program: string, namespace: Namespace, bench: Bench) {
    this.#program = program;
    this.#namespace = namespace;
    this.#bench = bench;
  }

  /** A process that holds some of them; it sees their namespace. @throws RangeError before there are any. */
  get pid(): number {
    const [first] = this.#holders;
    if (!first) throw new RangeError("no sockets are held");
    return first.pid;
  }

  /** Opens more until there are `total`, or as many as the machine lets be opened. */
  async growTo(total: number): Promise<void> {
    const connections = Math.floor((total - this.open) / 2);
    const command = this.#namespace.command(this.#program, `${connections}`, `${this.#nextAddress}`);
    const holder = await startBackground(command, {
      ready: (line) => line.startsWith("{"),
      signal: this.#bench.signal,
    });
    this.#holders.push(holder);
    const opened = JSON.parse(holder.line) as Opened;
    this.open += opened.connections * 2;
    this.#nextAddress = opened.next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const holder of this.#holders) await holder[Symbol.asyncDispose]();
  }
}
