import path from "node:path";

/** Which layout the files of a control group have. */
type Version = 1 | 2;

export interface Group {
  version: Version;
  folder: string;
}

/** Where a container's counters are; undefined: this machine has no such controller. */
export interface Groups {
  cpu: Group | undefined;
  memory: Group | undefined;
  io: Group | undefined;
}

interface Hierarchy {
  version: Version;
  controllers: readonly string[];
  /** What of the hierarchy is mounted, and where. */
  root: string;
  point: string;
}

/**
 * Finds the control groups of a container by those of a process in it. Both texts are as this process sees them, so that its own
 * place in a hierarchy cancels out.
 * @param cgroups of the container's process: `/proc/PID/cgroup`
 * @param mounts `/proc/self/mountinfo`
 */
export function groupsOf(cgroups: string, mounts: string, containerId: string): Groups {
  const hierarchies = mounts.split("\n").flatMap(hierarchyOf);
  const places = cgroups.split("\n").flatMap(placeOf);
  const find = (controller: string): Group | undefined => {
    // A controller is in a hierarchy of version 1 or in that of version 2, never in both.
    const old = places.find(({ controllers }) => controllers.includes(controller));
    const place = old ?? places.find(({ controllers }) => controllers.length === 0);
    const version = old ? 1 : 2;
    const mounted = hierarchies.filter(
      (one) => one.version === version && (!old || one.controllers.includes(controller)),
    );
    const folder = place && folderOf(groupOfContainer(place.path, containerId), mounted);
    return folder === undefined ? undefined : { version, folder };
  };
  return { cpu: find("cpuacct"), memory: find("memory"), io: find("blkio") };
}

/** "36 25 0:31 /root /mount/point rw,… shared:9 - cgroup cgroup rw,cpu,cpuacct" */
function hierarchyOf(line: string): Hierarchy[] {
  const [left = "", right = ""] = line.split(" - ");
  const [, , , root = "", point = ""] = left.split(" ");
  const [type, , options = ""] = right.split(" ");
  if (type !== "cgroup" && type !== "cgroup2") return [];
  return [{ version: type === "cgroup" ? 1 : 2, controllers: options.split(","), root, point }];
}

/** "4:memory:/docker/64…", "0::/system.slice/…" */
function placeOf(line: string): { controllers: string[]; path: string }[] {
  const [, names, group] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
  if (names === undefined || group === undefined) return [];
  return [{ controllers: names.split(",").filter((name) => name !== ""), path: group }];
}

/** A process may have moved deeper, as an init system in a container does: what counts is the container's own group. */
function groupOfContainer(group: string, containerId: string): string {
  const parts = group.split("/");
  const own = parts.findLastIndex((part) => part.includes(containerId));
  return own < 0 ? group : parts.slice(0, own + 1).join("/");
}

function folderOf(group: string, hierarchies: readonly Hierarchy[]): string | undefined {
  for (const { root, point } of hierarchies) {
    const below = path.relative(root, group);
    if (!below.startsWith("..")) return path.join(point, below);
  }
  return undefined;
}
