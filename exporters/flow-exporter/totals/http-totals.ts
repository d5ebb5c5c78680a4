import { OTHER } from "../model/endpoint.ts";
import type { HttpTotal } from "../model/http-total.ts";

/** Each is two series. */
const MOST = 2_000;

/** HTTP by who asked whom, at which port, by which method, and what the answer's code was. What is beyond the bound is added up by code. */
export class HttpTotals {
  readonly #totals = new Map<string, HttpTotal>();

  [Symbol.iterator](): Iterator<HttpTotal> {
    return this.#totals.values();
  }

  add(grown: HttpTotal): void {
    const total = this.#totalOf(grown);
    total.requests += grown.requests;
    total.latencySeconds += grown.latencySeconds;
  }

  #totalOf(grown: HttpTotal): HttpTotal {
    const key = keyOf(grown);
    const known = this.#totals.get(key);
    if (known) return known;
    const rest = { source: OTHER, destination: OTHER, destinationPort: 0, method: "" };
    const total = { ...grown, ...(this.#totals.size < MOST ? {} : rest), requests: 0, latencySeconds: 0 };
    const before = this.#totals.get(keyOf(total));
    if (!before) this.#totals.set(keyOf(total), total);
    return before ?? total;
  }
}

function keyOf({ source, destination, destinationPort, method, code }: HttpTotal): string {
  return [source.name, destination.name, destinationPort, method, code].join("\n");
}
