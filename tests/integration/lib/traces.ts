import { readdir } from "node:fs/promises";
import type Docker from "dockerode";
import { execa } from "execa";
import { PIN_DIRECTORY } from "../../../start/stack/layout.ts";
import { PROJECT } from "../../../start/stack/services.ts";

/** All a stack could leave on a machine, by name. */
export interface Traces {
  containers: string[];
  networks: string[];
  pins: string[];
  programs: string[];
}

export async function tracesOf(docker: Docker): Promise<Traces> {
  const filters = { label: [`com.docker.compose.project=${PROJECT}`] };
  const [containers, networks, pins, programs] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    readdir(PIN_DIRECTORY).catch(() => []),
    bpfPrograms(),
  ]);
  return {
    containers: containers.flatMap(({ Names }) => Names),
    networks: networks.map(({ Name }) => Name),
    pins,
    programs,
  };
}

/** Ids and names of all BPF programs in the kernel, whoever loaded them, but for device filters (systemd and Docker make those by themselves). */
export async function bpfPrograms(): Promise<string[]> {
  const { stdout } = await execa("bpftool", ["--json", "prog", "show"]);
  const programs = JSON.parse(stdout) as { id: number; type: string; name?: string }[];
  return programs.filter(({ type }) => type !== "cgroup_device").map(({ id, name }) => `${id} ${name ?? ""}`);
}
