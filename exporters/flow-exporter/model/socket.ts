export const ROLE = { unknown: 0, client: 1, server: 2 } as const;
export type Role = (typeof ROLE)[keyof typeof ROLE];

/** Who has made a network namespace: the host's root, or anybody, in a user namespace below. */
export const NETNS_OWNER = { unknown: 0, host: 1, user: 2 } as const;
export type NetnsOwner = (typeof NETNS_OWNER)[keyof typeof NETNS_OWNER];

/** IP protocol numbers. */
export const PROTOCOL = { tcp: 6, udp: 17 } as const;

/** One socket, as rows.h describes it: what does not change while it lives. */
export interface FlowRow {
  /** Of the socket: unique until reboot, as `cookie` in bytes.ts has it. */
  cookie: number;
  netns: number;
  /** Of the network namespace: unique until reboot, where inodes are used again; 0 unknown. */
  netnsCookie: number;
  netnsOwner: NetnsOwner;
  cgroupId: number;
  /** Nanoseconds since boot; 0: older than the tracer. */
  startNs: number;
  sourceAddress: string;
  destinationAddress: string;
  sourcePort: number;
  destinationPort: number;
  pid: number;
  comm: string;
  protocol: number;
  role: Role;
}
