import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { createHost } from "../../start/lib/host.ts";
import { readSettings } from "../../start/settings/index.ts";
import { renderHostCompose } from "../../start/stack/environment.ts";
import { readHostFacts } from "../../start/stack/host-facts.ts";
import { layoutOf } from "../../start/stack/layout.ts";
import { orSkip } from "../lib/or-skip.ts";
import { Machine } from "./engine/machine.ts";
import { eventually } from "./lib/eventually.ts";
import { ROOT } from "./lib/launcher.ts";

const IMAGE = "flowtally-test/stand-in";
const PROGRAMS = ["dockerd", "containerd", "docker", "unshare", "nsenter", "ip", "cc"];

/** Why an engine of its own cannot be run here; false when it can. */
async function lacks(): Promise<string | false> {
  if (process.getuid?.() !== 0) return "needs root";
  const missing: string[] = [];
  for (const name of PROGRAMS) {
    const { exitCode } = await execa("sh", ["-c", `command -v ${name}`], { reject: false });
    if (exitCode !== 0) missing.push(name);
  }
  return missing.length > 0 && `needs ${missing.join(", ")}`;
}

/**
 * Every service of docker-compose.yml in an engine of its own, with all that matters to the engine (restart policy, mounts,
 * networks, rights) and a program that does nothing in the place of the service's.
 */
describe("an engine that ends without warning", { skip: orSkip(await lacks()) }, () => {
  let folder = "";
  let machine: Machine;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-engine-"));
    machine = new Machine(folder);
    await machine.switchOn();
    await machine.startEngine();
    await importStandIn();
    await writeOverrides();
    await compose("up", "--detach");
  });
  after(async () => {
    await machine.remove();
    await rm(folder, { recursive: true });
  });

  const docker = (...args: string[]) => execa("docker", args, { env: { DOCKER_HOST: machine.address } });

  /** Relative paths lead into the test's folder, where neither settings nor files of this machine are. */
  const compose = (...args: string[]) => {
    const names = [
      path.join(ROOT, "docker-compose.yml"),
      path.join(folder, "host.yml"),
      path.join(folder, "stand-ins.yml"),
    ];
    const files = names.flatMap((name) => ["--file", name]);
    return docker("compose", "--project-directory", folder, "--profile", "*", ...files, ...args);
  };

  async function importStandIn(): Promise<void> {
    const source = path.join(import.meta.dirname, "engine/stand-in.c");
    await execa("cc", ["-static", "-O2", "-Wall", "-Werror", "-o", path.join(folder, "stand-in"), source]);
    const env = { DOCKER_HOST: machine.address };
    await execa("sh", ["-c", 'tar -c -C "$1" stand-in | docker import - "$2"', "sh", folder, IMAGE], { env });
  }

  /** What `npm start` writes for the engine at hand, and the stand-in as each service's program. */
  async function writeOverrides(): Promise<void> {
    const facts = await readHostFacts(createHost(), machine.docker, IMAGE);
    await writeFile(path.join(folder, "host.yml"), renderHostCompose(facts, readSettings(""), layoutOf(folder)));
    await writeFile(path.join(folder, "stand-ins.yml"), "{}");
    const { stdout } = await compose("config", "--services");
    const healthcheck = { test: ["CMD", "/stand-in", "healthy"] };
    const standIn = { image: IMAGE, pull_policy: "never", entrypoint: ["/stand-in"], healthcheck };
    const services = Object.fromEntries(stdout.split("\n").map((service) => [service, standIn]));
    await writeFile(path.join(folder, "stand-ins.yml"), JSON.stringify({ services }));
  }

  /** When each container was last started; those that do not run are a failure. */
  async function startTimes(): Promise<Map<string, string>> {
    const found = await machine.docker.listContainers({ all: true });
    const all = await Promise.all(found.map(({ Id }) => machine.docker.getContainer(Id).inspect()));
    const down = all
      .filter(({ State }) => !State.Running)
      .map(({ Name, State }) => `${Name} ${State.Status} ${State.Error}`);
    assert.deepEqual(down, [], "containers that are down");
    return new Map(all.map(({ Name, State }) => [Name, State.StartedAt]));
  }

  /** Every service runs again, and was started anew for it. */
  async function assertRevived(before: ReadonlyMap<string, string>): Promise<void> {
    assert.ok(before.size >= 7, "every service ran before");
    await eventually(30, async () => {
      const now = await startTimes();
      assert.deepEqual([...now.keys()].sort(), [...before.keys()].sort());
      for (const [name, at] of now) assert.notEqual(at, before.get(name), `${name} was not started again`);
    });
  }

  it("takes up every service when it is started again after a kill", async () => {
    const before = await startTimes();
    await machine.killEngine();
    await machine.startEngine();
    await assertRevived(before);
  });

  it("takes up every service when its machine was switched off and on, with nothing mounted by anybody else", async () => {
    const before = await startTimes();
    await machine.switchOff();
    await machine.switchOn();
    await machine.startEngineBesideContainerd();
    await assertRevived(before);
  });

  it("takes up every service after a kill that containerd survived", async () => {
    const before = await startTimes();
    await machine.killEngine();
    await machine.startEngine("--containerd", "/run/containerd-apart.sock");
    await assertRevived(before);
  });
});
