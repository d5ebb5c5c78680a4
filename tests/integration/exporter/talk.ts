import type { EdgeCounters } from "./scrape.ts";

/** Bytes each way on every connection of a talk: odd numbers, that nothing else on the host sends. */
export const REQUEST = 4099;
export const RESPONSE = 1031;
/** The same, as the last words of a command to `exporter/peer.c`. */
export const BYTES = [`${REQUEST}`, `${RESPONSE}`];

/** The edge of a talk on connections that have all been opened, and are all still open. */
export function talkOn(connections: number): EdgeCounters {
  return {
    sent: connections * REQUEST,
    received: connections * RESPONSE,
    open: connections,
    opened: connections,
    closed: 0,
    failed: 0,
  };
}

/** The same for connections that close again at once. */
export const BRIEF_REQUEST = 401;
export const BRIEF_RESPONSE = 1009;
export const BRIEF_BYTES = [`${BRIEF_REQUEST}`, `${BRIEF_RESPONSE}`];

/** The edge of a brief talk on connections that have all been opened and have all closed. */
export function briefTalkOn(connections: number): EdgeCounters {
  return {
    sent: connections * BRIEF_REQUEST,
    received: connections * BRIEF_RESPONSE,
    open: 0,
    opened: connections,
    closed: connections,
    failed: 0,
  };
}
