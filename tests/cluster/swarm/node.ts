import { mkdir, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { eventually } from "../../integration/lib/eventually.ts";

const CGROUPS = "/sys/fs/cgroup";
const START_SECONDS = 60;
const STOP_MS = 60_000;

/**
 * A machine with an engine of its own, as far as namespaces make one: it shares the kernel, the processes and the disk with
 * this machine, and nothing else. Its containers' cgroups are below one of its name.
 */
export interface EngineNode {
  name: string;
  address: string;
  engine: Docker;
  /** Docker's command line, asking this engine. */
  docker(words: readonly string[], options?: { input?: string; env?: Record<string, string> }): Promise<string>;
  /** What stands before a command to run it in its namespaces. */
  enter: readonly [program: string, ...words: string[]];
  inside(words: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

interface Place {
  name: string;
  address: string;
  /** Of its engine's data and sockets. */
  folder: string;
}

/** Two of them, joined by one cable, without a way to anywhere else. */
export async function startNodes(places: readonly [Place, Place]): Promise<[EngineNode, EngineNode]> {
  await using failed = new AsyncDisposableStack();
  const [one, other] = [await hold(failed), await hold(failed)];
  const cable = `link add eth0 netns ${one} type veth peer name eth0 netns ${other}`;
  await execa("ip", cable.split(" "));
  const nodes = await Promise.all([startEngine(places[0], one, failed), startEngine(places[1], other, failed)]);
  const kept = failed.move();
  const stop = () => kept.disposeAsync();
  return [
    { ...nodes[0], stop },
    { ...nodes[1], stop },
  ];
}

/** A process in namespaces of its own, which are there as long as it is. @returns its number */
async function hold(failed: AsyncDisposableStack): Promise<number> {
  const words = ["--net", "--mount", "--uts", "--propagation", "private", "sleep", "infinity"];
  const holder = execa("setpriv", ["--pdeathsig", "KILL", "unshare", ...words], { stdio: "ignore", reject: false });
  failed.defer(async () => {
    holder.kill("SIGKILL");
    await holder;
  });
  const own = await readlink("/proc/self/ns/uts");
  await eventually(START_SECONDS, async () => {
    if ((await readlink(`/proc/${holder.pid}/ns/uts`)) === own) throw new Error("it is still in this machine's");
  });
  return holder.pid ?? 0;
}

async function startEngine({ name, address, folder }: Place, holder: number, failed: AsyncDisposableStack) {
  const enter: EngineNode["enter"] = ["nsenter", `--target=${holder}`, "--net", "--mount", "--uts"];
  const [program, ...into] = enter;
  const inside = async (words: readonly string[]) => (await execa(program, [...into, ...words])).stdout;
  failed.defer(() => rm(folder, { recursive: true, force: true }));
  for (const part of ["run", "data"]) await mkdir(path.join(folder, part), { recursive: true });
  await writeFile(path.join(folder, "daemon.json"), "{}");
  await inside(["sh", "-ec", SET_UP, "sh", name, address, folder]);
  failed.defer(() => removeCgroups(name));
  const words = ["--config-file", path.join(folder, "daemon.json"), "--cgroup-parent", `/${name}`];
  const log = { file: path.join(folder, "log") };
  const daemon = execa("setpriv", ["--pdeathsig", "TERM", ...enter, "dockerd", ...words], {
    stdin: "ignore",
    stdout: log,
    stderr: log,
    buffer: false,
    reject: false,
    forceKillAfterDelay: STOP_MS,
  });
  failed.defer(async () => {
    daemon.kill();
    await daemon;
  });
  const socket = path.join(folder, "run/docker.sock");
  const engine = new Docker({ socketPath: socket });
  await eventually(START_SECONDS, () => engine.ping());
  const docker: EngineNode["docker"] = async (words, options = {}) =>
    (await execa("docker", ["--host", `unix://${socket}`, ...words], { ...options, timeout: 300_000 })).stdout;
  return { name, address, engine, docker, enter, inside };
}

const SET_UP = `
hostname "$1"
ip link set lo up
ip address add "$2/24" dev eth0
ip link set eth0 up
mount --bind "$3/run" /run
mount --bind "$3/data" /var/lib/docker`;

/** Of an engine that has ended; what is left in them was its containers'. */
export async function removeCgroups(name: string): Promise<void> {
  for (const hierarchy of ["", ...(await readdir(CGROUPS))]) {
    const top = path.join(CGROUPS, hierarchy, name);
    const inner = await readdir(top, { recursive: true, withFileTypes: true }).catch(() => []);
    const folders = inner.flatMap((one) => (one.isDirectory() ? [path.join(one.parentPath, one.name)] : []));
    const deepestFirst = [top, ...folders].sort((a, b) => b.length - a.length);
    for (const folder of deepestFirst) await removeCgroup(folder);
  }
}

async function removeCgroup(folder: string): Promise<void> {
  const processes = await readFile(path.join(folder, "cgroup.procs"), "utf8").catch(() => undefined);
  if (processes === undefined) return;
  for (const pid of processes.split("\n").filter(Boolean)) process.kill(Number(pid), "SIGKILL");
  await eventually(START_SECONDS, () => execa("rmdir", [folder]));
}
