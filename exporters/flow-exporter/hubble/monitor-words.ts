/*
 * A file of its own, which loads nothing: the words beside it come out of all of Hubble's messages, which the exporter itself, unlike its
 * threads, has no use for.
 */

/** Of Cilium's monitor, by number: what an event's subtype means depends on its type. */
export const EVENT_TYPES: Readonly<Record<number, string>> = {
  1: "Drop",
  3: "Capture",
  4: "Trace",
  5: "PolicyVerdict",
  7: "TraceSock",
};
export const DROP = 1;
export const TRACE = 4;
/** Where a trace has seen a packet, by its subtype. */
export const TRACE_POINTS: readonly string[] = [
  "to-endpoint",
  "to-proxy",
  "to-host",
  "to-stack",
  "to-overlay",
  "from-endpoint",
  "from-proxy",
  "from-host",
  "from-stack",
  "from-overlay",
  "from-network",
  "to-network",
  "from-crypto",
  "to-crypto",
];
