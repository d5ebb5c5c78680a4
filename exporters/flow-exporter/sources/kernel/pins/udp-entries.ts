import { KeptRows } from "../rows/kept-rows.ts";
import { UdpRows } from "../rows/udp-rows.ts";
import type { Tracer } from "./tracer.ts";

const NONE = new Uint8Array();

/**
 * The entries of UDP on their way from the kernel, which gives an idle one up once it is acknowledged: to be done after the
 * totals are safe, as it can be shown to nobody then.
 */
export class UdpEntries {
  readonly #tracer: Pick<Tracer, "udp" | "acknowledgeUdp">;
  readonly #kept: KeptRows<UdpRows>;
  #rows: UdpRows | undefined;
  #left: Uint8Array;

  /** Goes on from rows that an earlier exporter left. @throws DecodeError when they are none. */
  constructor(tracer: Pick<Tracer, "udp" | "acknowledgeUdp">, left: Uint8Array = NONE) {
    this.#tracer = tracer;
    this.#left = left;
    this.#kept = new KeptRows(new UdpRows(left), (rows, index) => rows.key(index));
  }

  /** How many the last read has shown, if it is to be acknowledged; else undefined. */
  get waiting(): number | undefined {
    return this.#rows?.length;
  }

  /** All that the kernel has. They are valid until the next read of any pin. @throws the system's error, or DecodeError. */
  read(): UdpRows {
    this.#rows = undefined;
    const rows = new UdpRows(this.#tracer.udp());
    this.#rows = rows;
    return rows;
  }

  /** A cycle in which nothing is read has nothing to acknowledge. */
  beginCycle(): void {
    this.#rows = undefined;
  }

  /** What an earlier exporter had read and not counted, which the kernel may have freed since; once. */
  takeLeft(): UdpRows {
    const left = new UdpRows(this.#left);
    this.#left = NONE;
    return left;
  }

  /** What to write down before it is acknowledged; `uncounted`: numbers of entries of which some still waits. */
  state(uncounted: Iterable<number>): Uint8Array {
    return this.#kept.keep(new Set(uncounted), this.#rows);
  }

  /** @throws the system's error. */
  acknowledge(): void {
    this.#tracer.acknowledgeUdp();
    this.#rows = undefined;
  }
}
