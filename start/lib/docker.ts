import Docker from "dockerode";
import { reasonOf, StartError } from "../errors.ts";
import type { Host } from "./host.ts";

/** A client for the engine that `docker` itself would talk to: DOCKER_HOST, else the local socket. */
export function createDocker(host: Host): Docker {
  const socket = host.env.DOCKER_HOST?.match(/^unix:\/\/(.+)$/)?.[1];
  return new Docker({ socketPath: socket ?? "/var/run/docker.sock" });
}

/** The named error for an engine that does not answer. */
export function noDocker(cause: unknown): StartError {
  const explanation = { what: "Docker is not answering", why: reasonOf(cause), fix: "run `npm run doctor`" };
  return new StartError("DOCKER_NOT_RUNNING", explanation, { cause });
}

/** Whether the engine answered that what was asked for is not there. */
export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}
