import type { Endpoint } from "./endpoint.ts";

/** Answers of one method and code, of who asked to who answered at which port; since this exporter started. */
export interface HttpTotal {
  source: Endpoint;
  destination: Endpoint;
  destinationPort: number;
  method: string;
  code: number;
  requests: number;
  /** Sum, from where a request began to arrive at the server's socket until its answer began to leave it. */
  latencySeconds: number;
}

/** Requests of the named containers that are in no total, since the tracer started. */
export interface HttpNotCounted {
  /** The kernel's table was full. */
  table: number;
  /** They came with the handshake, ahead of the socket. */
  handshake: number;
}
