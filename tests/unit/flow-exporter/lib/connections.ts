/** A connection as a tracer tells it over its socket: nginx of web, in world.ts, to the world. */
export function told(values: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    pid: 200,
    type: 0,
    family: 0,
    net_ns: 2,
    source: "172.18.0.2",
    dest: "93.184.216.34",
    sport: 40_000,
    dport: 443,
    direction: 2,
    monotonic_sent_bytes: 100,
    last_sent_bytes: 100,
    monotonic_recv_bytes: 10,
    last_recv_bytes: 10,
    monotonic_retransmits: 0,
    last_retransmits: 0,
    last_update_epoch: 1,
    ...values,
  };
}

/** The same as its other end tells it. */
export function mirrored(values: Record<string, unknown>): Record<string, unknown> {
  const { source, sport, dest, dport, monotonic_sent_bytes: sent, monotonic_recv_bytes: received } = values;
  const amounts = { monotonic_sent_bytes: received, monotonic_recv_bytes: sent };
  return { ...values, source: dest, sport: dport, dest: source, dport: sport, ...amounts };
}
