import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DockerClient } from "../../../start/checks/docker-client.ts";
import { ensureReady } from "../../../start/checks/ready.ts";
import type { Check } from "../../../start/checks/types.ts";
import { StartError } from "../../../start/errors.ts";
import { dockerAccess } from "../../../start/install/docker-access.ts";
import type { Installer } from "../../../start/install/types.ts";
import { readSettings } from "../../../start/settings/index.ts";
import { fakeDocker } from "../../fixtures/hosts/fake-docker.ts";
import { createFixtureHost, type FixtureHost } from "../../fixtures/hosts/fixture-host.ts";

interface Options {
  docker?: DockerClient;
  install?: boolean;
  checks?: readonly Check[];
  report?: (line: string) => void;
  notice?: (line: string) => void;
}

function ready(host: FixtureHost, { docker = fakeDocker(), install = true, report = () => {}, ...rest }: Options = {}) {
  return ensureReady({
    host,
    settings: readSettings(""),
    docker,
    install,
    report,
    signal: AbortSignal.timeout(10_000),
    ...rest,
  });
}

const changes = (host: FixtureHost) => host.ran.filter((line) => /^(env DEBIAN|mount|sh|dnf|systemctl)/.test(line));

/** A prerequisite that is there as soon as `command` was run with success. */
function prerequisite(host: FixtureHost, title: string, command: string): Check {
  const installer: Installer = { title, commands: async () => [["sh", "-c", command]] };
  const finding = { status: "missing", code: `NO_${title}`, detail: "none", why: "w", fix: "f", installer } as const;
  return {
    title,
    run: async () => (host.ran.includes(`sh -c ${command}`) ? { status: "ok", detail: "there" } : finding),
  };
}

describe("ensureReady", () => {
  it("changes nothing on a machine that has all", async () => {
    const host = createFixtureHost("healthy");
    assert((await ready(host)).every(({ status }) => status === "ok"));
    assert.deepEqual(changes(host), []);
  });

  it("says each command, runs it, and checks again", async () => {
    const host = createFixtureHost("healthy");
    host.commands["sh -c one"] = "one is done";
    host.commands["sh -c two"] = "two is done";
    const checks = [prerequisite(host, "ONE", "one"), prerequisite(host, "TWO", "two")];
    const said: string[] = [];
    const results = await ready(host, { checks, report: (line) => said.push(line) });
    assert.deepEqual(
      results.map(({ title, status }) => [title, status]),
      [
        ["ONE", "ok"],
        ["TWO", "ok"],
      ],
    );
    assert.deepEqual(said, ["installing ONE, TWO", "sh -c one", "sh -c two"]);
  });

  it("ends with the command's last words when one fails", async () => {
    const host = createFixtureHost("healthy");
    const checks = [prerequisite(host, "ONE", "one")];
    await assert.rejects(ready(host, { checks }), (error: { code: string; message: string }) => {
      assert.equal(error.code, "INSTALL_FAILED");
      assert.match(error.message, /`sh -c one` failed: .*no such command/);
      return true;
    });
  });

  it("tries an installer once: what is still missing then is the error", async () => {
    const host = createFixtureHost("healthy");
    host.commands["sh -c one"] = "";
    const stuck = prerequisite(host, "ONE", "one");
    const missing = await stuck.run({ host, settings: readSettings(""), docker: fakeDocker() });
    stuck.run = async () => missing;
    await assert.rejects(ready(host, { checks: [stuck] }), { code: "NO_ONE" });
    assert.deepEqual(changes(host), ["sh -c one"]);
  });

  it("changes nothing when a fault is left that nothing can mend", async () => {
    const host = createFixtureHost("bare");
    host.commands["df -Pk /var/lib/docker"] = "Filesystem 1024-blocks Used Available\n/dev/vda1 9 9 9 99% /";
    await assert.rejects(ready(host, { docker: fakeDocker({ error: "ENOENT" }) }), { code: "CHECKS_FAILED" });
    assert.deepEqual(changes(host), []);
  });

  it("names a single fault by its own code", async () => {
    await assert.rejects(ready(createFixtureHost("no-btf")), { code: "NO_BTF" });
    await assert.rejects(ready(createFixtureHost("old-kernel")), { code: "KERNEL_TOO_OLD" });
    await assert.rejects(ready(createFixtureHost("busy-port")), { code: "PORT_BUSY" });
  });

  for (const [machine, expected] of [
    [
      "bare-bookworm",
      [
        /^env DEBIAN_FRONTEND=noninteractive apt-get .* install --yes --no-install-recommends --no-remove docker.io iptables apparmor clang llvm libbpf-dev$/,
        /^sh .*\/compose-plugin.sh http:\/\/mirror.test\/debian\/ trixie \S+ \/usr\/local\/lib\/docker\/cli-plugins\/docker-compose$/,
      ],
    ],
    ["bare-ubuntu", [/ docker.io iptables docker-compose-v2 apparmor clang llvm libbpf-dev$/]],
    ["bare-fedora", [/^dnf install --assumeyes moby-engine iptables docker-compose clang llvm libbpf-devel$/]],
  ] as const) {
    it(`prints the commands for the machine ${machine} without running them`, async () => {
      const host = createFixtureHost(machine);
      const refused = ready(host, { docker: fakeDocker({ error: "ENOENT" }), install: machine === "bare-fedora" });
      await assert.rejects(refused, (error: { code: string; explanation: { fix: string } }) => {
        assert.equal(error.code, "CHECKS_FAILED");
        const lines = error.explanation.fix
          .split("\n")
          .filter((line) => !line.includes(" update") && !line.endsWith(":"));
        assert.equal(lines.length, expected.length);
        for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? "", pattern);
        return true;
      });
      assert.deepEqual(changes(host), []);
    });
  }

  it("does not guess on a distribution it does not know", async () => {
    const host = createFixtureHost("bare-unknown");
    await assert.rejects(
      ready(host, { docker: fakeDocker({ error: "ENOENT" }) }),
      (error: { code: string; message: string }) => {
        assert.equal(error.code, "UNKNOWN_DISTRIBUTION");
        assert.match(error.message, /Void/);
        return true;
      },
    );
    assert.deepEqual(changes(host), []);
  });

  it("says what access to Docker's socket means before it gives it, and to whom", async () => {
    const host = createFixtureHost("healthy");
    host.uid = 1000;
    host.commands["id -un"] = "alice";
    host.commands["usermod --append --groups docker alice"] = "";
    host.commands["chown alice /var/run/docker.sock"] = "";
    const check: Check = {
      title: "Docker engine",
      run: async () =>
        host.ran.includes("chown alice /var/run/docker.sock")
          ? { status: "ok", detail: "there" }
          : { status: "missing", code: "DENIED", detail: "no", why: "w", fix: "f", installer: dockerAccess },
    };
    const said: string[] = [];
    const notice = (line: string) => {
      assert.ok(!host.ran.some((command) => /^(usermod|chown)/.test(command)), "it was done before it was said");
      said.push(line);
    };
    await ready(host, { checks: [check], notice });
    assert.match(said.join(), /^user alice is added to the group docker and owns Docker's socket .* has root's rights/);
  });

  it("says what access to Docker's socket means where it is left to the user", async () => {
    const host = createFixtureHost("healthy");
    host.commands["id -un"] = "alice";
    const fault = {
      status: "missing",
      code: "DENIED",
      detail: "no",
      why: "w",
      fix: "f",
      installer: dockerAccess,
    } as const;
    const checks: Check[] = [{ title: "Docker engine", run: async () => fault }];
    await assert.rejects(ready(host, { checks, install: false }), (error) => {
      assert.ok(error instanceof StartError);
      assert.match(error.explanation.fix, /^# user alice is added .* root's rights.*\n(sudo )?usermod /m);
      return true;
    });
  });

  it("stops when the user does", async () => {
    const host = createFixtureHost("healthy");
    host.commands["sh -c one"] = "";
    const signal = AbortSignal.abort(new Error("enough"));
    const options = { host, settings: readSettings(""), docker: fakeDocker(), install: true, report: () => {}, signal };
    await assert.rejects(ensureReady({ ...options, checks: [prerequisite(host, "ONE", "one")] }), /enough/);
    assert.deepEqual(changes(host), []);
  });
});
