import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { eventually } from "../lib/eventually.ts";

type Running = ReturnType<typeof start>;

const CONTAINERD = "/run/containerd-apart.sock";

/**
 * A machine within this one, with a Docker engine of its own: what is done to it, no other container feels.
 * Its disk is a folder; its mounts, its network and its processes go when it is switched off.
 */
export class Machine {
  readonly #folder: string;
  #init: Running | undefined;
  #initPid = "";
  #dockerd: Running | undefined;
  /** Of its engine, as DOCKER_HOST. */
  readonly address: string;
  readonly docker: Docker;

  constructor(folder: string) {
    this.#folder = folder;
    const socketPath = path.join(folder, "docker.sock");
    this.address = `unix://${socketPath}`;
    this.docker = new Docker({ socketPath });
  }

  async switchOn(): Promise<void> {
    const namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child"];
    const init = start("unshare", [...namespaces, "sh", path.join(import.meta.dirname, "init.sh")]);
    this.#init = init;
    await Promise.race([firstOutput(init), init.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
    this.#initPid = (await readFile(`/proc/${init.pid}/task/${init.pid}/children`, "utf8")).trim();
  }

  /** Without a warning to anything that runs in it. */
  async switchOff(): Promise<void> {
    this.#init?.kill();
    await Promise.all([this.#init, this.#dockerd]);
    await eventually(20, () => assertGone(this.#initPid));
  }

  /** @param options of dockerd, besides those that keep it apart. */
  async startEngine(...options: readonly string[]): Promise<void> {
    const configuration = path.join(this.#folder, "daemon.json");
    await writeFile(configuration, "{}"); // not this machine's
    const disk = [`--config-file=${configuration}`, `--data-root=${path.join(this.#folder, "data")}`];
    const group = ["--exec-opt=native.cgroupdriver=cgroupfs", `--cgroup-parent=/${path.basename(this.#folder)}`];
    const sockets = [`--host=${this.address}`, "--host=unix:///run/docker.sock"];
    const dockerd = start(...this.#within("dockerd", ...disk, ...group, ...sockets, "--log-level=error", ...options));
    this.#dockerd = dockerd;
    const ended = dockerd.then(({ stderr }) => Promise.reject(new Error(`dockerd ended: ${stderr}`)));
    await Promise.race([eventually(60, () => this.docker.ping()), ended]);
  }

  /** As distributions run it: containerd is a service of its own, which outlives dockerd. */
  async startEngineBesideContainerd(): Promise<void> {
    const configuration = path.join(this.#folder, "containerd.toml");
    const [root, state] = [path.join(this.#folder, "containerd"), "/run/containerd-apart"];
    const plugins = 'disabled_plugins = ["io.containerd.grpc.v1.cri"]';
    const text = `version = 2\n${plugins}\nroot = "${root}"\nstate = "${state}"\n[grpc]\naddress = "${CONTAINERD}"\n`;
    await writeFile(configuration, text);
    void start(...this.#within("containerd", "--config", configuration, "--log-level", "error"));
    await eventually(20, () => execa(...this.#within("test", "-S", CONTAINERD)));
    await this.startEngine("--containerd", CONTAINERD);
  }

  /** As the kernel does when memory is short. */
  async killEngine(): Promise<void> {
    await execa(...this.#within("sh", "-c", "kill -KILL $(cat /run/docker.pid)"));
    await this.#dockerd;
  }

  #within(...command: string[]): [string, string[]] {
    return ["nsenter", ["--target", this.#initPid, "--mount", "--net", "--pid", ...command]];
  }

  /** Removes what a machine that is switched off leaves in this one's memory: empty control groups. */
  async remove(): Promise<void> {
    await this.switchOff();
    const groups = ["/sys/fs/cgroup", "-depth", "-type", "d", "-path", `*/${path.basename(this.#folder)}*`];
    await start("find", [...groups, "-exec", "rmdir", "{}", ";"]);
  }
}

function start(command: string, args: readonly string[]) {
  return execa(command, args, { reject: false, killSignal: "SIGKILL" });
}

function firstOutput({ stdout }: Running): Promise<void> {
  return new Promise((resolve) => stdout?.once("data", () => resolve()));
}

async function assertGone(pid: string): Promise<void> {
  const command = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => undefined);
  if (command !== undefined) throw new Error(`process ${pid} (${command.trim()}) is still there`);
}
