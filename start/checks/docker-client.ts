import Docker from "dockerode";
import type { Host } from "../lib/host.ts";

const TIMEOUT_MS = 5_000;

export interface RunningContainer {
  Names: readonly string[];
  Labels: Readonly<Record<string, string>>;
  Ports: readonly { PublicPort?: number }[];
  HostConfig: { NetworkMode?: string };
}

/** What the checks ask the engine. A dockerode client is one. */
export interface DockerClient {
  version(): Promise<{ Version: string; ApiVersion: string }>;
  info(): Promise<{ DockerRootDir: string }>;
  /** Those that run, or all. */
  listContainers(options?: { all: true }): Promise<readonly RunningContainer[]>;
  listImages(options: { filters: { reference: string[] } }): Promise<readonly unknown[]>;
}

/** Path of the engine's socket, or undefined where DOCKER_HOST names an engine on another machine. */
export function dockerSocket(env: NodeJS.ProcessEnv): string | undefined {
  const address = env.DOCKER_HOST;
  return address ? /^unix:\/\/(.+)$/.exec(address)?.[1] : "/var/run/docker.sock";
}

/** A client that stops waiting for an engine which takes a connection and then says nothing. */
export function createDockerClient({ env, resolve }: Host, timeout = TIMEOUT_MS): DockerClient {
  return new Docker({ socketPath: resolve(dockerSocket(env) ?? "/var/run/docker.sock"), timeout });
}
