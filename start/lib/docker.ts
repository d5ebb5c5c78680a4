import Docker from "dockerode";
import type { Host } from "./host.ts";

/** A client for the engine that `docker` itself would talk to: DOCKER_HOST, else the local socket. */
export function createDocker(host: Host): Docker {
  const socket = host.env.DOCKER_HOST?.match(/^unix:\/\/(.+)$/)?.[1];
  return new Docker({ socketPath: socket ?? "/var/run/docker.sock" });
}
