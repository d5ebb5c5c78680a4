import { stat } from "node:fs/promises";
import path from "node:path";
import type Docker from "dockerode";
import type { Host } from "../lib/host.ts";
import { knowsBpfCapability } from "./capabilities.ts";

/** What the compose file must know of this very machine. */
export interface HostFacts {
  /** Its name, as the engine knows it. */
  node: string;
  /** Group that may use the Docker socket: lets docker-filter run without root. */
  dockerGid: number;
  /** Where the engine writes down which layer is whose. */
  dockerLayers: string;
  cgroupVersion: "1" | "2";
  /** CPUs of this machine; 0 where its kernel cannot limit them. */
  cpus: number;
  /** Whether the engine can grant BPF and PERFMON, instead of all of SYS_ADMIN. */
  bpfCapability: boolean;
  /** The disk under Docker's data, such as /dev/vda; undefined when it has none of its own (tmpfs, ZFS …). */
  dataDisk: string | undefined;
}

interface EngineInfo {
  Name: string;
  DockerRootDir: string;
  Driver: string;
  NCPU: number;
  CpuCfsQuota: boolean;
  CgroupVersion?: string;
}

const DOCKER_SOCKET = "/var/run/docker.sock";

/** `image` is any image that is here, to ask the engine with. */
export async function readHostFacts(host: Host, docker: Docker, image: string): Promise<HostFacts> {
  const [info, socket, bpfCapability] = await Promise.all([
    docker.info() as Promise<EngineInfo>,
    stat(host.resolve(DOCKER_SOCKET)),
    knowsBpfCapability(docker, image),
  ]);
  return {
    node: info.Name,
    dockerGid: socket.gid,
    dockerLayers: path.join(info.DockerRootDir, "image", info.Driver, "layerdb/mounts"),
    cpus: info.CpuCfsQuota ? info.NCPU : 0,
    cgroupVersion: info.CgroupVersion === "2" ? "2" : "1",
    bpfCapability,
    dataDisk: await diskUnder(host, info.DockerRootDir),
  };
}

/** The whole disk (not the partition) that holds a folder, found through its mount in /proc/self/mountinfo. */
async function diskUnder(host: Host, folder: string): Promise<string | undefined> {
  const device = deviceOf((await host.readText("/proc/self/mountinfo")) ?? "", folder);
  if (device === undefined) return undefined;
  const sys = await host.run("readlink", ["-f", `/sys/dev/block/${device}`]);
  if (!sys.ok) return undefined;
  const isPartition = (await host.readText(`/sys/dev/block/${device}/partition`)) !== undefined;
  return `/dev/${path.basename(isPartition ? path.dirname(sys.stdout) : sys.stdout)}`;
}

/** "major:minor" of the deepest mount that holds `folder`; undefined for file systems without a block device. */
export function deviceOf(mountinfo: string, folder: string): string | undefined {
  const mounts = mountinfo
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , , , mount]) => mount !== undefined && isInside(folder, mount))
    .sort((a, b) => (b[4]?.length ?? 0) - (a[4]?.length ?? 0));
  const device = mounts[0]?.[2];
  return device?.startsWith("0:") ? undefined : device;
}

function isInside(folder: string, mount: string): boolean {
  return mount === "/" || folder === mount || folder.startsWith(`${mount}/`);
}
