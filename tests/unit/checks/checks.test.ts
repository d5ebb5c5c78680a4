import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DockerClient } from "../../../start/checks/docker-client.ts";
import { CHECKS } from "../../../start/checks/index.ts";
import { hasPmu } from "../../../start/checks/pmu.ts";
import { runChecks } from "../../../start/checks/run.ts";
import type { CheckResult } from "../../../start/checks/types.ts";
import { readSettings } from "../../../start/settings/index.ts";
import { fakeDocker } from "../../fixtures/hosts/fake-docker.ts";
import { createFixtureHost, type FixtureHost } from "../../fixtures/hosts/fixture-host.ts";

const settings = readSettings("");

async function check(
  machine: string | FixtureHost,
  title: string,
  docker: DockerClient = fakeDocker(),
): Promise<CheckResult> {
  const host = typeof machine === "string" ? createFixtureHost(machine) : machine;
  const [result] = await runChecks(
    CHECKS.filter((candidate) => candidate.title === title),
    { host, settings, docker },
  );
  assert(result, `there is no check "${title}"`);
  return result;
}

function codeOf(result: CheckResult): string {
  return "code" in result ? result.code : result.status;
}

describe("the checks", () => {
  it("are all well on a healthy machine", async () => {
    const results = await runChecks(CHECKS, { host: createFixtureHost("healthy"), settings, docker: fakeDocker() });
    assert.deepEqual(
      results.filter(({ status }) => status !== "ok"),
      [],
    );
  });

  it("have a reason and a remedy for everything that is not well", async () => {
    const machines = [
      "bare",
      "no-btf",
      "old-kernel",
      "kernel-5.10",
      "arm64-5.15",
      "locked-down",
      "vpn",
      "cgroup-v1",
      "busy-port",
      "full-disk",
      "tight",
      "unprivileged",
    ];
    for (const machine of machines) {
      const docker = fakeDocker({ error: "ENOENT" });
      const results = await runChecks(CHECKS, { host: createFixtureHost(machine), settings, docker });
      const bad = results.filter((result) => result.status !== "ok");
      assert.notEqual(bad.length, 0, machine);
      for (const { title, why, fix } of bad) assert(why && fix, `${machine}: ${title}`);
    }
  });

  it("go on when one of them breaks", async () => {
    const broken = { title: "Broken", run: () => Promise.reject(new Error("out of luck")) };
    const results = await runChecks([broken, ...CHECKS], {
      host: createFixtureHost("healthy"),
      settings,
      docker: fakeDocker(),
    });
    assert.equal(results.length, CHECKS.length + 1);
    assert.deepEqual(results[0] && "why" in results[0] ? results[0].why : "", "out of luck");
  });

  for (const [machine, title, code] of [
    ["old-kernel", "Kernel", "KERNEL_TOO_OLD"],
    ["kernel-5.10", "Kernel", "warning"],
    ["kernel-5.15", "Kernel", "ok"],
    ["arm64-5.15", "Kernel", "warning"],
    ["locked-down", "Kernel lockdown", "LOCKED_DOWN"],
    ["no-btf", "Kernel types (BTF)", "NO_BTF"],
    ["bare", "BPF file system", "NO_BPFFS"],
    ["bare", "Docker Compose", "COMPOSE_NOT_INSTALLED"],
    ["bare", "AppArmor", "APPARMOR_NOT_INSTALLED"],
    ["healthy", "AppArmor", "ok"],
    ["bare-fedora", "AppArmor", "ok"],
    ["bare", "clang", "CLANG_NOT_INSTALLED"],
    ["bare", "libbpf headers", "LIBBPF_NOT_INSTALLED"],
    ["busy-port", "Ports", "PORT_BUSY"],
    ["full-disk", "Disk", "DISK_FULL"],
    ["unprivileged", "Rights", "NO_RIGHTS"],
    ["cgroup-v1", "Control groups", "warning"],
    ["cgroup-hybrid", "Control groups", "ok"],
    ["tight", "Memory", "warning"],
    ["no-pmu", "CPU counters (PMU)", "warning"],
    ["vpn", "VPN and routes", "warning"],
  ] as const) {
    it(`say ${code} of "${title}" on the machine ${machine}`, async () => {
      assert.equal(codeOf(await check(machine, title)), code);
    });
  }

  it("tell a kernel that is tested from one that is only expected to do", async () => {
    assert.equal((await check("healthy", "Kernel")).detail, "6.12.38+deb13-amd64");
    assert.match((await check("kernel-5.15", "Kernel")).detail, /^5\.15\.0-130-generic \(not tested\)$/);
  });

  it("do not call a program missing that needs half a minute to start", async () => {
    const host = createFixtureHost("healthy");
    const { run } = host;
    const late = (line: string) => ({
      ok: false,
      exitCode: undefined,
      stdout: "",
      stderr: "",
      message: `${line} timed out`,
    });
    host.run = async (command, args, options = {}) =>
      (options.timeoutMs ?? Infinity) < 30_000 ? late(command) : run(command, args, options);
    for (const title of ["clang", "Docker Compose"]) assert.equal((await check(host, title)).status, "ok", title);
  });

  it("take a kernel that is locked down for integrity only", async () => {
    const host = createFixtureHost("locked-down");
    host.readText = async () => "none [integrity] confidentiality\n";
    assert.deepEqual(await check(host, "Kernel lockdown"), {
      title: "Kernel lockdown",
      status: "ok",
      detail: "integrity",
    });
  });

  for (const [line, printed, title, code] of [
    ["docker compose version --short", "v2.19.1", "Docker Compose", "COMPOSE_TOO_OLD"],
    ["clang --version", "Debian clang version 11.0.1-2", "clang", "CLANG_TOO_OLD"],
  ] as const) {
    it(`say ${code} when \`${line}\` prints ${printed}`, async () => {
      const host = createFixtureHost("healthy");
      host.commands[line] = printed;
      assert.equal(codeOf(await check(host, title)), code);
    });
  }
});

describe("the Docker engine", () => {
  for (const [error, machine, code] of [
    ["ENOENT", "bare", "DOCKER_NOT_INSTALLED"],
    ["ENOENT", "healthy", "DOCKER_NOT_RUNNING"],
    ["ECONNREFUSED", "healthy", "DOCKER_NOT_RUNNING"],
    ["EACCES", "unprivileged", "DOCKER_SOCKET_DENIED"],
    ["ECONNRESET", "healthy", "DOCKER_NOT_ANSWERING"],
  ] as const) {
    it(`is ${code} on ${error} on the machine ${machine}`, async () => {
      assert.equal(codeOf(await check(machine, "Docker engine", fakeDocker({ error }))), code);
    });
  }

  it("is too old below API 1.41 and right at it", async () => {
    assert.equal(codeOf(await check("healthy", "Docker engine", fakeDocker({ apiVersion: "1.40" }))), "DOCKER_TOO_OLD");
    assert.equal(codeOf(await check("healthy", "Docker engine", fakeDocker({ apiVersion: "1.41" }))), "ok");
  });

  it("must run on this machine", async () => {
    const host = createFixtureHost("healthy");
    host.env = { DOCKER_HOST: "tcp://10.0.0.5:2376" };
    assert.equal(codeOf(await check(host, "Docker engine")), "DOCKER_NOT_LOCAL");
  });

  it("offers access only to a user who could take it", async () => {
    const denied = fakeDocker({ error: "EACCES" });
    const withSudo = createFixtureHost("unprivileged");
    withSudo.commands.true = "";
    assert.equal((await check(withSudo, "Docker engine", denied)).status, "missing");
    assert.equal((await check("unprivileged", "Docker engine", denied)).status, "failed");
  });
});

describe("the disk", () => {
  it("is small only as long as images are to be built", async () => {
    assert.equal((await check("tight", "Disk", fakeDocker({ images: 0 }))).status, "warning");
    assert.equal((await check("tight", "Disk", fakeDocker({ images: 1 }))).status, "ok");
  });
});

describe("the VPN check", () => {
  it("names interfaces that are up and routes in Docker's pools, not Docker's own", async () => {
    const { detail } = await check("vpn", "VPN and routes");
    assert.equal(detail, "VPN interface tun0, route 172.20.0.0/14 via tun0");
  });
});

describe("hasPmu", () => {
  it("follows the counters the CPU shows", async () => {
    assert.equal(await hasPmu(createFixtureHost("healthy")), true);
    assert.equal(await hasPmu(createFixtureHost("no-pmu")), false);
  });
});
