import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import type Docker from "dockerode";
import { execa } from "execa";

/** What is on this machine, whoever brought it: a line for each thing, by kind. */
export type HostTraces = Readonly<Record<string, readonly string[]>>;

/** What tests must not leave behind, and must not take away. Kinds that cannot be looked at here are empty. */
export async function readHostTraces(docker: Docker): Promise<HostTraces> {
  const kinds = {
    containers: containers(docker),
    networks: networks(docker),
    volumes: volumes(docker),
    images: images(docker),
    pins: pins(),
    programs: programs(),
    sysctls: sysctls(),
    rules: lines("iptables", ["-w", "-t", "nat", "-S"]),
    namespaces: lines("ip", ["netns", "list"]),
    folders: folders(),
  };
  const found = Object.entries(kinds).map(async ([kind, read]) => [kind, await read.catch(() => [])] as const);
  return Object.fromEntries(await Promise.all(found));
}

/** Names of containers go with their ids: one that was made anew is another one. */
async function containers(docker: Docker): Promise<string[]> {
  return (await docker.listContainers({ all: true })).map(({ Id, Names }) => `${Names.join(" ")} ${Id.slice(0, 12)}`);
}

async function networks(docker: Docker): Promise<string[]> {
  return (await docker.listNetworks()).map(({ Name, Id }) => `${Name} ${Id.slice(0, 12)}`);
}

async function volumes(docker: Docker): Promise<string[]> {
  return (await docker.listVolumes()).Volumes.map(({ Name }) => Name);
}

/** Those of tests, and those that have lost their name. Images of the stack are meant to stay for the next start. */
async function images(docker: Docker): Promise<string[]> {
  const all = await docker.listImages();
  return all.flatMap(({ Id, RepoTags }) => {
    const names = (RepoTags ?? []).filter((name) => name !== "<none>:<none>");
    if (names.length === 0) return [`without a name ${Id}`];
    return names.filter((name) => name.startsWith("flowtally-test"));
  });
}

async function pins(): Promise<string[]> {
  return readdir("/sys/fs/bpf", { recursive: true });
}

/** Systemd makes its own, whenever a unit starts: device filters, units' firewalls, and who changes what by sysctl. */
const SYSTEMD = /^(sd_|restrict_filesystems$|sysctl_monitor$)/;

async function programs(): Promise<string[]> {
  const { stdout } = await execa("bpftool", ["--json", "prog", "show"]);
  const all = JSON.parse(stdout) as { id: number; type: string; name?: string }[];
  return all
    .filter(({ type, name = "" }) => type !== "cgroup_device" && !SYSTEMD.test(name))
    .map(({ id, name }) => `${id} ${name ?? ""}`);
}

/** Those that one of the tests, a load or the launcher could reach. */
const SYSCTLS = ["kernel/bpf_stats_enabled", "net/core", "net/ipv4"];

async function sysctls(): Promise<string[]> {
  const root = "/proc/sys";
  const names = await Promise.all(
    SYSCTLS.map(async (name) => {
      const entries = await readdir(`${root}/${name}`, { withFileTypes: true }).catch(() => undefined);
      return entries?.filter((entry) => entry.isFile()).map((entry) => `${name}/${entry.name}`) ?? [name];
    }),
  );
  const values = names.flat().map(async (name) => {
    const text = await readFile(`${root}/${name}`, "utf8").catch(() => "");
    return `${name} = ${text.trim()}`;
  });
  const atBoot = (await readdir("/etc/sysctl.d")).map((name) => `/etc/sysctl.d/${name}`);
  return [...(await Promise.all(values)), ...atBoot];
}

async function folders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith("flowtally-"));
}

async function lines(program: string, args: readonly string[]): Promise<string[]> {
  return (await execa(program, args)).stdout.split("\n").filter(Boolean);
}

/** Of what tests can take away from a neighbour; all else comes and goes. */
const MUST_STAY = ["containers", "networks", "volumes", "pins", "sysctls"];

/** What is there now and was not, with a plus, and what was there and had to stay, with a minus. */
export function changesOf(before: HostTraces, after: HostTraces): string[] {
  return Object.keys(after).flatMap((kind) => {
    const [old = [], now = []] = [before[kind], after[kind]];
    const gone = MUST_STAY.includes(kind) ? old.filter((line) => !now.includes(line)) : [];
    return [
      ...now.filter((line) => !old.includes(line)).map((line) => `+ ${kind}: ${line}`),
      ...gone.map((line) => `- ${kind}: ${line}`),
    ];
  });
}
