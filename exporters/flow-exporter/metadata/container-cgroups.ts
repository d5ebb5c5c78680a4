import { posix } from "node:path";
import type { CgroupRow } from "../model/cgroup.ts";
import type { Container } from "../model/container.ts";
import type { Pod } from "../model/pod.ts";
import type { ProcessRow } from "../model/process.ts";
import { asInSlices, PodCgroups } from "./kubernetes/pod-cgroups.ts";
import { Lingering } from "./lingering.ts";

const MAX_PLACES = 1_000;
/**
 * Whoever has a cgroup of their own can make any number below it, one after the other, with paths of 4,096 characters:
 * these take 17 MB of the heap at most. A machine has about as many as it has services and containers.
 */
const MAX_KEPT = 20_000;
/** In characters: three times those that Kubernetes makes. */
const MAX_PLACE_LENGTH = 512;
/** Of a few hundred characters at most, so that these take 4 MB. Machines have fewer cgroups. */
const MAX_CLAIMS = 4_096;
const ID_LENGTH = 64;
const SCOPE = ".scope";
/** The text of a cgroup that has no container's name in its path. */
const NOBODYS = "/";

/** Path of a process's cgroup; undefined where it is not known. */
type PathOf = (pid: number) => string | undefined;

/**
 * Which cgroup is which container's. A name alone proves nothing: whoever has a cgroup of their own can make one below
 * it, and call it as the engine calls those of its containers. So a container's name counts only in a place where the
 * engine has put a container, which is known of those whose first process Docker reports; of two in one path the outer one
 * counts, as all that is below it is inside of that container. Of a container that the kubelet reports in a pod the place is
 * known by the pod's unique id, and by where the kubelet keeps its pods (`PodCgroups`).
 */
export class ContainerCgroups {
  /** By number: its path down to the first name of a container, or its name alone where the path could not be read. */
  readonly #texts: Lingering<number, string>;
  readonly #claims = new Claims();
  /** Paths of those cgroups in which the engine has put containers. */
  readonly #places = new Set<string>();
  /** The cgroups of containers whose first process has been seen, by container. */
  readonly #roots: Lingering<string, number>;
  readonly #pods = new PodCgroups();
  readonly #pathOf: PathOf;
  /** Number of this process's own. */
  #own: number | undefined;
  /**
   * Path of the cgroup that looks like the root to this process, whose cgroup namespace may begin there: what `PathOf` gives
   * is as seen from it. Undefined where the kernel has not reported any paths.
   */
  #root: string | undefined;

  /** `keptNs`: how long cgroups and containers are remembered after they went. */
  constructor(keptNs: number, pathOf: PathOf) {
    this.#texts = new Lingering(keptNs);
    this.#roots = new Lingering(keptNs);
    this.#pathOf = pathOf;
  }

  /** Takes in what an earlier exporter knew: the container of a cgroup, or "". */
  restore(known: Iterable<readonly [number, string]>, nowNs: number): void {
    this.#texts.update(known, nowNs);
  }

  /** Takes in the cgroups that the kernel reports; `own`: this process, undefined where it is not known. */
  takeIn(rows: readonly CgroupRow[], own: ProcessRow | undefined, nowNs: number): void {
    this.#own = own?.cgroupId;
    for (const { id, path, isCutOff, removedNs } of rows) {
      const text = this.#claims.textOf(path);
      if (!isCutOff || text !== NOBODYS) this.#texts.add(id, text, removedNs || nowNs);
      if (id === own?.cgroupId && !isCutOff) this.#root ??= rootOf(path, this.#pathOf(own.pid));
    }
    this.#texts.bound(MAX_KEPT, (text) => this.#rankOf(text));
  }

  /** Takes in the cgroups of the processes that run now. */
  look(processes: Iterable<ProcessRow>, nowNs: number): void {
    const present = new Map<number, string>();
    for (const { pid, cgroupId, cgroupName } of processes) {
      if (present.has(cgroupId)) continue;
      const known = this.#texts.get(cgroupId);
      present.set(cgroupId, known?.startsWith("/") ? known : this.#read(pid, cgroupName));
    }
    this.#texts.update(present, nowNs);
    this.#texts.bound(MAX_KEPT, (text) => this.#rankOf(text));
  }

  /**
   * Learns from the containers that run where the engine puts them, if it reports their first process, and from this
   * process's own where the kubelet does.
   */
  learn(containers: readonly Container[], processes: ReadonlyMap<number, ProcessRow>, nowNs: number): void {
    const roots: [string, number][] = [];
    const pods = new Map(containers.flatMap(({ id, podUid }) => (podUid === undefined ? [] : [[id, podUid]])));
    this.#learnOwnPod(pods);
    roots.push(...this.#rootsOf(pods));
    for (const { id, pid, podUid } of containers) {
      const process = podUid === undefined ? processes.get(pid) : undefined;
      if (!process) continue;
      if (isNameOf(process.cgroupName, id)) roots.push([id, process.cgroupId]);
      const place = this.#placeOf(this.#texts.get(process.cgroupId) ?? "", id);
      if (place !== undefined && this.#places.size < MAX_PLACES) this.#places.add(place);
    }
    this.#roots.update(roots, nowNs);
  }

  /** The container each cgroup is of, or "" for none; a container that nobody reports is another runtime's. */
  containers(known: Iterable<Container>): Map<number, string> {
    const byId = new Map<string, Container>();
    for (const container of known) byId.set(container.id, container);
    const owners = new Map<number, string>();
    for (const [cgroupId, text] of this.#texts) owners.set(cgroupId, this.#ownerOf(cgroupId, text, byId));
    return owners;
  }

  /** Whether a cgroup is a container's, and below the one at `path`. */
  isBelow(cgroupId: number, path: string): boolean {
    return this.#texts.get(cgroupId)?.startsWith(`${path}/`) ?? false;
  }

  /** Containers in the places of pods that nobody has reported yet, by id, and the pod of each. */
  unreported(known: Iterable<Container>, pods: readonly Pod[]): Map<string, Pod> {
    if (pods.length === 0) return new Map();
    const reported = new Set([...known].map(({ id }) => id));
    const byUid = new Map(pods.map((pod) => [asInSlices(pod.uid), pod]));
    const found = new Map<string, Pod>();
    for (const [, text] of this.#texts) {
      const claim = this.#claimOf(text);
      if (!claim || reported.has(claim.id)) continue;
      const uid = this.#pods.uidIn(claim.place);
      const pod = uid === undefined ? undefined : byUid.get(uid);
      if (pod) found.set(claim.id, pod);
    }
    return found;
  }

  /** Whether any cgroup has a container's name. */
  hasSeen(containerId: string): boolean {
    return [...this.#texts].some(([, text]) => text.includes(containerId));
  }

  #ownerOf(cgroupId: number, text: string, known: ReadonlyMap<string, Container>): string {
    const claim = this.#claimOf(text);
    const id = claim?.id ?? (text.startsWith("/") ? undefined : containerIdIn(text));
    if (!id) return "";
    const container = known.get(id);
    if (!container) return id;
    if (claim) return this.#isIn(claim.place, container) ? id : "";
    const root = this.#roots.get(id);
    return root === undefined || root === cgroupId ? id : "";
  }

  /** Undefined for a name alone, too. */
  #claimOf(text: string): Claim | undefined {
    return text.startsWith("/") ? this.#claims.in(text) : undefined;
  }

  #placeOf(path: string, id: string): string | undefined {
    const claim = this.#claims.in(path);
    return claim?.id === id ? claim.place : undefined;
  }

  #isIn(place: string, { podUid }: Container): boolean {
    if (podUid !== undefined) return this.#pods.isOf(podUid, place);
    return this.#places.size === 0 || this.#places.has(place);
  }

  /** `pods`: the pod of each container that is in one. */
  #learnOwnPod(pods: ReadonlyMap<string, string>): void {
    const own = this.#claims.in((this.#own !== undefined && this.#texts.get(this.#own)) || NOBODYS);
    const podUid = own && pods.get(own.id);
    if (own && podUid !== undefined) this.#pods.learn(own.place, podUid);
  }

  /** The cgroups of pods' containers, whose first processes the kubelet does not report. */
  #rootsOf(pods: ReadonlyMap<string, string>): [string, number][] {
    if (pods.size === 0) return [];
    return [...this.#texts].flatMap(([cgroupId, text]): [string, number][] => {
      const claim = this.#claimOf(text);
      const podUid = claim && pods.get(claim.id);
      return claim && podUid !== undefined && this.#pods.isOf(podUid, claim.place) ? [[claim.id, cgroupId]] : [];
    });
  }

  /** A process may have ended by now, or have moved: then its cgroup's name is all that is known. */
  #read(pid: number, name: string): string {
    const seen = this.#pathOf(pid);
    if (seen !== undefined && this.#root !== undefined) return textOf(posix.resolve(this.#root, `.${seen}`), name);
    // The reader's own cgroup, which has no name there.
    return textOf(seen === "/" && name !== "" ? `/../${name}` : seen, name);
  }

  /** What is in one of the engine's places nobody else can have made; what claims nothing is missed least. */
  #rankOf(text: string): number {
    if (!text.startsWith("/")) return containerIdIn(text) === undefined ? 0 : 1;
    const claim = this.#claims.in(text);
    if (!claim) return 0;
    return this.#places.has(claim.place) || this.#pods.has(claim.place) ? 2 : 1;
  }
}

/** Runtimes name a container's cgroup `<id>`, or `docker-<id>.scope` and the like under systemd. */
export function containerIdIn(cgroupName: string | undefined): string | undefined {
  return cgroupName?.match(/(?:^|-)([0-9a-f]{64})(?:\.scope)?$/)?.[1];
}

/** The same in a path, the first one; all paths are looked through in each cycle, so that none is taken apart for it. */
const CONTAINER_IN_PATH = /(?:^|[/-])([0-9a-f]{64})(?:\.scope)?(?=\/|$)/;

interface Claim {
  id: string;
  name: string;
  /** Path of the cgroup it is in. */
  place: string;
}

/** The first name of a container in a path. */
function outermost(path: string): Claim | undefined {
  const found = CONTAINER_IN_PATH.exec(path);
  const [match, id] = found ?? [];
  if (!found || match === undefined || id === undefined) return undefined;
  const slash = path.lastIndexOf("/", found.index);
  return { id, name: path.slice(slash + 1, found.index + match.length), place: path.slice(0, Math.max(slash, 0)) };
}

/** What of a path says whose it is. */
function claimIn(path: string): string {
  const claim = outermost(path);
  return claim && claim.place.length <= MAX_PLACE_LENGTH ? `${claim.place}/${claim.name}` : NOBODYS;
}

/** What paths claim, which is asked of each of them several times a second, and found once. */
class Claims {
  readonly #claims = new Map<string, Claim | undefined>();
  readonly #texts = new Map<string, string>();

  /** As `outermost`. */
  in(path: string): Claim | undefined {
    return kept(this.#claims, path, outermost);
  }

  /** As `claimIn`. */
  textOf(path: string): string {
    return kept(this.#texts, path, claimIn);
  }
}

/** From `all`, where it is found out at most once for each key as long as there are not too many. */
function kept<Value>(all: Map<string, Value>, key: string, findOut: (key: string) => Value): Value {
  if (all.has(key)) return all.get(key) as Value;
  // Paths come and go with their cgroups: those that are there are found out again.
  if (all.size >= MAX_CLAIMS) all.clear();
  const value = findOut(key);
  all.set(key, value);
  return value;
}

/** As `containerIdIn(cgroupName) === id`, of a container's whole id. */
function isNameOf(cgroupName: string, id: string): boolean {
  const at = cgroupName.lastIndexOf(id);
  if (at < 0 || (at > 0 && cgroupName[at - 1] !== "-")) return false;
  const end = at + id.length;
  return id.length === ID_LENGTH && (end === cgroupName.length || cgroupName.slice(end) === SCOPE);
}

/** What looks like the root to a process whose cgroup is at `path`, and at `seen` in its own eyes. */
function rootOf(path: string, seen: string | undefined): string | undefined {
  if (seen === "/") return path;
  return seen !== undefined && path.endsWith(seen) ? path.slice(0, -seen.length) || "/" : undefined;
}

/** A process that has moved since has another cgroup's path. */
function textOf(path: string | undefined, name: string): string {
  return path !== undefined && lastOf(path) === name ? claimIn(path) : name;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
