import { readFile } from "node:fs/promises";
import type Docker from "dockerode";
import { execa } from "execa";

/** What a stack could leave on a machine, by name. */
export interface Traces {
  containers: string[];
  networks: string[];
  pins: string[];
  programs: string[];
}

export async function tracesOf(docker: Docker, project: string): Promise<Traces> {
  const filters = { label: [`com.docker.compose.project=${project}`] };
  const [containers, networks, pins, programs] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    mountsOfPins(project),
    bpfPrograms(),
  ]);
  return {
    containers: containers.flatMap(({ Names }) => Names),
    networks: networks.map(({ Name }) => Name),
    pins,
    programs,
  };
}

/** Mounted by the engine while a container of the stack uses it; a mount that stays keeps the pins and their programs. */
async function mountsOfPins(project: string): Promise<string[]> {
  const mounts = (await readFile("/proc/mounts", "utf8")).split("\n");
  return mounts.filter((line) => line.includes(`/${project}_flow-pins/`) && / bpf /.test(line));
}

/** Ids and names of all BPF programs in the kernel, whoever loaded them, but for device filters (systemd and Docker make those by themselves). */
async function bpfPrograms(): Promise<string[]> {
  const { stdout } = await execa("bpftool", ["--json", "prog", "show"]);
  const programs = JSON.parse(stdout) as { id: number; type: string; name?: string }[];
  return programs.filter(({ type }) => type !== "cgroup_device").map(({ id, name }) => `${id} ${name ?? ""}`);
}
