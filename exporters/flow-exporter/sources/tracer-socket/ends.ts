import type { World } from "../../metadata/world.ts";
import { isLoopback } from "../../model/address.ts";
import { type FlowRow, NETNS_OWNER, ROLE } from "../../model/socket.ts";
import type { Connection } from "./connection.ts";

/** What two ends of one connection have in common, each seen from its own side: `reversed` is the other end's name. */
export function nameOf({ type, net_ns, source, sport, dest, dport }: Connection, reversed = false): string {
  const within = isLoopback(source) || isLoopback(dest) ? net_ns : "";
  const [near, far] = [`${source} ${sport}`, `${dest} ${dport}`];
  return reversed ? `${type} ${within} ${far} ${near}` : `${type} ${within} ${near} ${far}`;
}

/** The same as long as it is the same connection, as far as the tracer says. @param name by `nameOf` */
export function keyOf({ net_ns, cookie }: Connection, name: string): string {
  return `${net_ns} ${name} ${cookie ?? ""}`;
}

/** Whether a connection is told from its server's side; one that is local is told once only by some, from its client's. */
export function isServers(one: Connection, mirror: Connection | undefined): boolean {
  if (one.direction === "in" || one.direction === "out") return one.direction === "in";
  if (mirror?.direction === "in" || mirror?.direction === "out") return mirror.direction === "out";
  if (one.direction === "local" && !mirror) return false;
  return one.sport === one.dport ? one.source < one.dest : one.sport < one.dport;
}

/** A connection as if it were a socket that the kernel shows, so that it is named by the same rules. */
export function rowOf(one: Connection, isServer: boolean, world: World): FlowRow {
  return {
    cookie: 0,
    netns: one.net_ns,
    netnsCookie: 0,
    // Whoever may serve the socket that the settings name is believed.
    netnsOwner: NETNS_OWNER.host,
    cgroupId: 0,
    startNs: 0,
    sourceAddress: one.source,
    destinationAddress: one.dest,
    sourcePort: one.sport,
    destinationPort: one.dport,
    pid: one.pid,
    comm: world.processes.get(one.pid)?.comm ?? "",
    protocol: one.type,
    role: isServer ? ROLE.server : ROLE.client,
  };
}
