/** What the path of a pod's cgroup says. */
interface PodCgroup {
  /** As the path has it: see `asInSlices`. */
  uid: string;
  /** The cgroup that the kubelet keeps all of its own in; empty: the root of the hierarchy. */
  root: string;
}

/** The kubelet keeps pods apart by their class, those of the best class beside the other two. */
const CLASS = "(?:besteffort|burstable)";
/** …/kubepods/burstable/pod<uid> */
const CGROUPFS = new RegExp(`^(.*)/kubepods(?:/${CLASS})?/pod([^/]+)$`);
/** …/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>.slice; a slice's name begins with its parent's. */
const SYSTEMD = new RegExp(
  `^(.*)/((?:[^/]+-)?kubepods)\\.slice(?:/\\2-${CLASS}\\.slice)?/\\2(?:-${CLASS})?-pod([^/]+)\\.slice$`,
);
/**
 * Either, as seen from a pod whose own cgroup looks like the root to it: upwards to what both are in, and down from there,
 * through nothing but the kubelet's.
 */
const BESIDE = new RegExp(`^(?:/\\.\\.)+(?:/[^/]*kubepods[^/]*|/${CLASS})*/(?:[^/]*-)?pod([^/]+?)(?:\\.slice)?$`);
/** Itself, in the same way. */
const OWN = "/..";

/**
 * The cgroups in which the kubelet keeps its pods. Whoever has a cgroup of their own can make one below it that is called as
 * a pod's, so that it must be in the kubelet's own: that at the root, or the one that this process's pod is in (--cgroup-root).
 */
export class PodCgroups {
  readonly #roots = new Set([""]);

  /** Takes in the place of this process's own container, in the pod that the kubelet reports it in. */
  learn(place: string, podUid: string): void {
    const pod = podCgroupAt(place);
    if (pod && asInSlices(pod.uid) === asInSlices(podUid)) this.#roots.add(pod.root);
  }

  /** Whether a place is that of a pod's containers. */
  isOf(podUid: string, place: string): boolean {
    return place === OWN || this.names(podUid, place);
  }

  /** The same, where the place says whose it is: this process's own, as seen from itself, does not. */
  names(podUid: string, place: string): boolean {
    return this.uidIn(place) === asInSlices(podUid);
  }

  /** Whose containers' place it says it is, by the pod's id as `asInSlices` writes it; undefined: no pod's. */
  uidIn(place: string): string | undefined {
    const pod = podCgroupAt(place);
    if (pod && !pod.root.startsWith(OWN)) return this.#roots.has(pod.root) ? asInSlices(pod.uid) : undefined;
    const [, uid] = BESIDE.exec(place) ?? [];
    return uid === undefined ? undefined : asInSlices(uid);
  }

  /** Whether it is that of any pod's, so that only root can have made it. */
  has(place: string): boolean {
    const pod = podCgroupAt(place);
    return pod !== undefined && this.#roots.has(pod.root);
  }
}

function podCgroupAt(place: string): PodCgroup | undefined {
  const [, root, uid] = CGROUPFS.exec(place) ?? [];
  if (root !== undefined && uid !== undefined) return { root, uid };
  const [, above, , escaped] = SYSTEMD.exec(place) ?? [];
  return above !== undefined && escaped !== undefined ? { root: above, uid: escaped } : undefined;
}

/** A pod's unique id as the name of a slice has it: with other signs for dashes, which stand for a parent there. */
export function asInSlices(uid: string): string {
  return uid.replaceAll("-", "_");
}
