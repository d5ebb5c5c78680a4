import { countAllIn } from "../model/counts.ts";
import type { ObservedCounts, ObservedDns, ObservedHttp } from "../model/observed-edge.ts";

/** Events counted so far. */
export class ObservedSum implements ObservedCounts {
  flows = 0;
  replies = 0;
  readonly verdicts = new Map<string, number>();
  readonly dropReasons = new Map<string, number>();
  readonly types = new Map<string, number>();
  http: HttpSum | undefined;
  dns: DnsSum | undefined;
  seenMs = 0;

  add(more: ObservedCounts): void {
    this.flows += more.flows;
    this.replies += more.replies;
    countAllIn(this.verdicts, more.verdicts);
    countAllIn(this.dropReasons, more.dropReasons);
    countAllIn(this.types, more.types);
    if (more.http) this.http = addHttp(this.http ?? createHttpSum(), more.http);
    if (more.dns) this.dns = addDns(this.dns ?? createDnsSum(), more.dns);
    this.seenMs = Math.max(this.seenMs, more.seenMs);
  }
}

interface HttpSum extends ObservedHttp {
  methods: Map<string, number>;
  codes: Map<string, number>;
}

interface DnsSum extends ObservedDns {
  rcodes: Map<string, number>;
}

function createHttpSum(): HttpSum {
  return { requests: 0, responses: 0, methods: new Map(), codes: new Map(), latencySeconds: { sum: 0, count: 0 } };
}

function addHttp(sum: HttpSum, more: ObservedHttp): HttpSum {
  sum.requests += more.requests;
  sum.responses += more.responses;
  countAllIn(sum.methods, more.methods);
  countAllIn(sum.codes, more.codes);
  sum.latencySeconds.sum += more.latencySeconds.sum;
  sum.latencySeconds.count += more.latencySeconds.count;
  return sum;
}

function createDnsSum(): DnsSum {
  return { queries: 0, responses: 0, rcodes: new Map() };
}

function addDns(sum: DnsSum, more: ObservedDns): DnsSum {
  sum.queries += more.queries;
  sum.responses += more.responses;
  countAllIn(sum.rcodes, more.rcodes);
  return sum;
}
