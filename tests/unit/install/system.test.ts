import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { candidateOf, createApt } from "../../../start/install/apt.ts";
import { printCommands } from "../../../start/install/plan.ts";
import { descendsFrom, parseDistribution, readSystem } from "../../../start/install/system.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

describe("the distribution", () => {
  it("is read from os-release, with and without quotes", () => {
    const mint = parseDistribution('PRETTY_NAME="Linux Mint 22"\nID=linuxmint\nID_LIKE="ubuntu debian"\n');
    assert.deepEqual(mint, { id: "linuxmint", like: ["ubuntu", "debian"], name: "Linux Mint 22" });
    assert(descendsFrom(mint, "debian") && !descendsFrom(mint, "fedora"));
  });

  for (const [machine, manager] of [
    ["healthy", "apt"],
    ["bare-ubuntu", "apt"],
    ["bare-fedora", "dnf"],
    ["bare-unknown", undefined],
  ] as const) {
    it(`has the package manager ${manager} on the machine ${machine}`, async () => {
      assert.equal((await readSystem(createFixtureHost(machine))).packages?.name, manager);
    });
  }
});

describe("apt", () => {
  it("knows a package by its candidate", () => {
    assert.equal(candidateOf("docker.io:\n  Installed: (none)\n  Candidate: 26.1.5+dfsg1-9\n"), "26.1.5+dfsg1-9");
    assert.equal(candidateOf("bpftool:\n  Installed: (none)\n  Candidate: (none)\n"), undefined);
    assert.equal(candidateOf(""), undefined);
  });

  it("finds lists old after a day, and where there are none", async () => {
    const host = createFixtureHost("healthy");
    assert.equal(await createApt(host, () => 0).listsAreOld(), false);
    assert.equal(await createApt(host, () => Date.now() + 2 * DAY_MS).listsAreOld(), true);
    const none = { ...host, resolve: () => "/nonexistent" };
    assert.equal(await createApt(none, () => 0).listsAreOld(), true);
  });
});

describe("printed commands", () => {
  it("can be pasted into a shell by any user", () => {
    assert.deepEqual(printCommands([["sh", "-c", "echo 'a' $HOME"]], 1000), ["sudo sh -c 'echo '\\''a'\\'' $HOME'"]);
    assert.deepEqual(printCommands([["mount", "-t", "bpf", "bpf", "/sys/fs/bpf"]], 0), [
      "mount -t bpf bpf /sys/fs/bpf",
    ]);
  });
});
