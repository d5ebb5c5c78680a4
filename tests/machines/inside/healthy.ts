import { access } from "node:fs/promises";
import type Docker from "dockerode";
import type { Host } from "../../../start/lib/host.ts";
import { DEFAULT_NAMES } from "../../../start/settings/names.ts";
import { listContainers } from "../../../start/stack/containers.ts";

/** Every container of the stack is healthy, and where systemd as the driver of control groups puts it. */
export async function healthy(host: Host, docker: Docker): Promise<string> {
  const containers = await listContainers(docker, DEFAULT_NAMES.project);
  const ill = containers.filter(({ health }) => health !== "healthy");
  if (ill.length > 0) throw new Error(ill.map(({ service, health }) => `${service} is ${health}`).join(", "));
  for (const { id } of containers) await access(host.resolve(`/sys/fs/cgroup/system.slice/docker-${id}.scope`));
  return `${containers.length} healthy, each in docker-ID.scope`;
}
