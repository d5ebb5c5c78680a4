import { countIn } from "../../model/counts.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import type { ObservedDns, ObservedEdge, ObservedHttp } from "../../model/observed-edge.ts";
import type { Counter } from "./counters.ts";

interface Http {
  requests: number;
  responses: number;
  methods: Map<string, number>;
  codes: Map<string, number>;
  latencySeconds: { sum: number; count: number };
}

/** What the counters between two ends and of one protocol add up to. */
export class EdgeTally {
  readonly #source: Endpoint;
  readonly #destination: Endpoint;
  readonly #protocol: string;
  readonly #verdicts = new Map<string, number>();
  readonly #dropReasons = new Map<string, number>();
  readonly #types = new Map<string, number>();
  /** By who reports: a request that passes two proxies, the client's and the server's, is told by both. */
  readonly #http = new Map<string, Http>();
  #dns: { queries: number; responses: number; rcodes: Map<string, number> } | undefined;
  #flows = 0;
  #grown = 0;
  #grewMs = 0;

  constructor(source: Endpoint, destination: Endpoint, protocol: string) {
    this.#source = source;
    this.#destination = destination;
    this.#protocol = protocol;
  }

  add(counter: Counter): this {
    this.#grewMs = Math.max(this.#grewMs, counter.grewMs);
    const { metric, labels, total } = counter;
    if (metric === "flows_processed_total") this.#addFlows(counter);
    else if (metric === "drop_total") count(this.#dropReasons, labels.reason, total);
    else if (metric === "dns_queries_total" || metric === "dns_responses_total") this.#addDns(counter);
    else this.#addHttp(counter);
    return this;
  }

  /** @param seconds the time in which the counters have grown; undefined: not known yet */
  edge(origin: string, seconds: number | undefined, wallMs: (ms: number) => number): ObservedEdge {
    return {
      origin,
      source: this.#source,
      destination: this.#destination,
      destinationPort: 0,
      protocol: this.#protocol,
      flows: this.#flows,
      replies: 0,
      verdicts: this.#verdicts,
      dropReasons: this.#dropReasons,
      types: this.#types,
      http: this.#mostHttp(),
      dns: this.#dns satisfies ObservedDns | undefined,
      perSecond: seconds === undefined ? undefined : this.#grown / seconds,
      seenMs: wallMs(this.#grewMs),
    };
  }

  #addFlows({ labels, total, grown }: Counter): void {
    this.#flows += total;
    this.#grown += grown;
    count(this.#verdicts, labels.verdict, total);
    count(this.#types, [labels.type ?? "", labels.subtype ?? ""].filter(Boolean).join("/"), total);
  }

  #addDns({ metric, labels, total }: Counter): void {
    this.#dns ??= { queries: 0, responses: 0, rcodes: new Map() };
    if (metric === "dns_queries_total") {
      this.#dns.queries += total;
    } else {
      this.#dns.responses += total;
      count(this.#dns.rcodes, labels.rcode, total);
    }
  }

  #addHttp({ metric, labels, total }: Counter): void {
    const { reporter = "", method, status } = labels;
    const http = this.#http.get(reporter) ?? createHttp();
    this.#http.set(reporter, http);
    if (metric === "http_requests_total") {
      http.requests += total;
      count(http.methods, method, total);
    }
    // With `httpV2` there are no counters of answers: a request is counted with its status once it is answered.
    if (metric === "http_responses_total" || (metric === "http_requests_total" && status !== undefined)) {
      http.responses += total;
      count(http.codes, status, total);
    }
    if (metric === "http_request_duration_seconds_sum") http.latencySeconds.sum += total;
    if (metric === "http_request_duration_seconds_count") http.latencySeconds.count += total;
  }

  /** Of whoever has seen most. */
  #mostHttp(): ObservedHttp | undefined {
    const [most] = [...this.#http.values()].sort((a, b) => b.requests + b.responses - a.requests - a.responses);
    return most;
  }
}

function createHttp(): Http {
  return { requests: 0, responses: 0, methods: new Map(), codes: new Map(), latencySeconds: { sum: 0, count: 0 } };
}

/** A name that is empty is one that was not told. */
function count(counts: Map<string, number>, name: string | undefined, by: number): void {
  if (name === undefined || name === "" || by === 0) return;
  countIn(counts, name, by);
}
