import type { Context } from "./context.ts";
import type { ImageArchive } from "./images.ts";
import type { Credentials } from "./node/certificates.ts";
import type { Processes } from "./node/processes.ts";
import type { Parts } from "./provide.ts";

/** Of the node and its networks. They are nobody else's, since the node has a network of its own. */
export const ADDRESSES = {
  name: "node-1",
  address: "10.201.0.1",
  pods: "10.244.1.0/24",
  services: "10.96.0.0/16",
  serviceAddress: "10.96.0.1",
} as const;

export interface Wanted {
  parts: Parts;
  archive: ImageArchive;
  /** Whether it is to run pods, with all that takes. */
  node: boolean;
}

/** What each step of a start works with. */
export interface Surroundings {
  context: Context;
  wanted: Wanted;
  processes: Processes;
  credentials: Credentials;
  state: string;
}
