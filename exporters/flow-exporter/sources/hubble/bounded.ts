import type { HubbleDns, HubbleHttp, HubbleL7 } from "../../model/hubble-flow.ts";

/** As long as a name of DNS may be, and longer than any of Kubernetes. */
export const MAX_NAME_CHARS = 253;
const MAX_URL_CHARS = 2_048;
const MAX_WORD_CHARS = 64;
/** Of the addresses and names of an answer. */
const MAX_LISTED = 16;

/** A text that is kept has a bound, whatever is told. It is copied: a part of a text keeps the whole in memory. */
export function short(text: string, most = MAX_NAME_CHARS): string {
  return text.length <= most ? text : Buffer.from(text.slice(0, most)).toString();
}

/** A request or an answer, as much of it as thousands of flows can be shown with. */
export function shortL7({ http, dns, ...rest }: HubbleL7): HubbleL7 {
  return { ...rest, http: http && shortHttp(http), dns: dns && shortDns(dns) };
}

function shortHttp({ code, method, url, protocol }: HubbleHttp): HubbleHttp {
  return { code, method: shortWord(method), url: short(url, MAX_URL_CHARS), protocol: shortWord(protocol) };
}

function shortDns({ query, ips, cnames, qtypes, rrtypes, observationSource, ...rest }: HubbleDns): HubbleDns {
  return {
    ...rest,
    query: short(query),
    ips: first(ips, shortWord),
    cnames: first(cnames, short),
    qtypes: first(qtypes, shortWord),
    rrtypes: first(rrtypes, shortWord),
    observationSource: shortWord(observationSource),
  };
}

function first(texts: readonly string[], cut: (text: string) => string): string[] {
  return texts.slice(0, MAX_LISTED).map((text) => cut(text));
}

function shortWord(text: string): string {
  return short(text, MAX_WORD_CHARS);
}
