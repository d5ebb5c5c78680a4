/** What the kernel side had no room for, by where it was lost. */
export interface Losses {
  /** Sockets that the tracer's table of flows had no room for, or that a read of all sockets had no room for. */
  live: number;
  /** Closed flows the ring had no room for. */
  closed: number;
  /** Closed flows that another reader of the tracer's pins took away. */
  erased: number;
  /** State changes that no program saw. */
  events: number;
  /** Datagrams that got no flow. */
  udp: number;
}
