import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import path from "node:path";
import type Docker from "dockerode";
import type { Host } from "../lib/host.ts";
import { readHostFacts } from "../stack/host-facts.ts";
import { type Disk, type Roots, wholeDisks } from "./sampler/host-counters.ts";
import type { Sidecar } from "./sidecar.ts";

/** What recording must know of this machine, and what the sidecar says of it. */
export interface MachineFacts {
  told: Sidecar["machine"];
  flowtally: Sidecar["flowtally"];
  disks: readonly Disk[];
  /** Whether containers' disk bytes are counted, once the kernel part has its rule. */
  countsDisks: boolean;
  disksTold: string;
  /** A disk that cgroup v1 must be told to count at. */
  countedDisk: string | undefined;
  bpfCapability: boolean;
}

const DISKS = {
  unified: "the container's io.stat, whole disks alone",
  counted:
    "blkio of cgroup v1, at the disk under Docker's data, which counts since a rule that slows nothing down was made for it; what is written back later belongs to nobody there",
  none: "not known: cgroup v1 counts at disks alone, and Docker's data lies on none",
} as const;

/** `image` is any image that is here. */
export async function readMachine(
  { host, docker, projectRoot, roots }: { host: Host; docker: Docker; projectRoot: string; roots: Roots },
  image: string,
): Promise<MachineFacts> {
  const [facts, version, page, memory, flowtally] = await Promise.all([
    readHostFacts(host, docker, image),
    docker.version(),
    host.run("getconf", ["PAGESIZE"]),
    host.readText("/proc/meminfo"),
    readVersion(host, projectRoot),
  ]);
  const isOld = facts.cgroupVersion === "1";
  const countedDisk = isOld ? facts.dataDisk : undefined;
  const how = isOld ? (countedDisk === undefined ? "none" : "counted") : "unified";
  return {
    told: {
      kernel: version.KernelVersion ?? "",
      architecture: host.arch,
      cpus: cpus().length,
      cpu_model: cpus()[0]?.model ?? "",
      memory_bytes: Number(/^MemTotal:\s+(\d+) kB$/m.exec(memory ?? "")?.[1] ?? 0) * 1024,
      page_bytes: Number(page.stdout.trim()) || 4096,
      docker: version.Version,
      cgroup_version: facts.cgroupVersion,
    },
    flowtally,
    disks: wholeDisks(roots),
    countsDisks: how !== "none",
    disksTold: DISKS[how],
    countedDisk,
    bpfCapability: facts.bpfCapability,
  };
}

/** Of a checkout git knows the commit; of a release nobody does. */
async function readVersion(host: Host, root: string): Promise<Sidecar["flowtally"]> {
  const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as { version: string };
  const asked = await host.run("git", ["-C", root, "rev-parse", "HEAD"]);
  const commit = asked.stdout.trim();
  return { version, commit: asked.ok && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null };
}
