import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createHost } from "../../../start/lib/host.ts";
import { enableBpfStats, restoreBpfStats } from "../../../start/stack/bpf-stats.ts";
import { layoutOf } from "../../../start/stack/layout.ts";

let root = "";
const machine = () => ({ host: { ...createHost(root), runAsRoot: createHost(root).run }, layout: layoutOf(root) });
const atBoot = () => readFile(path.join(root, "etc/sysctl.d/60-flowtally.conf"), "utf8").catch(() => undefined);
const switchFile = () => path.join(root, "proc/sys/kernel/bpf_stats_enabled");

describe("the kernel's BPF statistics", () => {
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), "flowtally-"));
    await mkdir(path.dirname(switchFile()), { recursive: true });
    await mkdir(path.join(root, ".flowtally"));
    await mkdir(path.join(root, "etc/sysctl.d"), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  it("are on while the stack runs and put back afterwards, also after a second start", async () => {
    const { host, layout } = machine();
    await writeFile(switchFile(), "0\n");
    await enableBpfStats(host, layout);
    await enableBpfStats(host, layout);
    assert.equal((await readFile(switchFile(), "utf8")).trim(), "1");
    await restoreBpfStats(host, layout, []);
    assert.equal((await readFile(switchFile(), "utf8")).trim(), "0");
  });

  it("are switched on at each boot until the stack is stopped", async () => {
    const { host, layout } = machine();
    await writeFile(switchFile(), "0\n");
    await enableBpfStats(host, layout);
    assert.match((await atBoot()) ?? "no file", /^-kernel\.bpf_stats_enabled = 1$/m);
    await restoreBpfStats(host, layout, []);
    assert.equal(await atBoot(), undefined);
  });

  it("are put back where another checkout, whose stack this one took over, had switched them on", async () => {
    const { host, layout } = machine();
    await writeFile(switchFile(), "0\n");
    await enableBpfStats(host, layout);
    await rm(path.join(root, ".flowtally"), { recursive: true });
    await enableBpfStats(host, layout);
    await restoreBpfStats(host, layout, []);
    assert.equal((await readFile(switchFile(), "utf8")).trim(), "0");
    assert.equal(await atBoot(), undefined);
  });

  it("stay on where somebody else had switched them on", async () => {
    const { host, layout } = machine();
    await writeFile(switchFile(), "1\n");
    await enableBpfStats(host, layout);
    assert.equal(await atBoot(), undefined);
    await restoreBpfStats(host, layout, []);
    assert.equal((await readFile(switchFile(), "utf8")).trim(), "1");
  });

  for (const first of ["one", "two"]) {
    it(`stay on until the last of two stacks has left, also where ${first} leaves first`, async () => {
      const { host } = machine();
      const layouts = { one: layoutOf(root), two: layoutOf(root, undefined, { project: "two", prefix: "two-" }) };
      await mkdir(path.dirname(layouts.two.state), { recursive: true });
      await writeFile(switchFile(), "0\n");
      await enableBpfStats(host, layouts.one);
      await enableBpfStats(host, layouts.two);
      const [leaving, staying] = first === "one" ? [layouts.one, layouts.two] : [layouts.two, layouts.one];
      await restoreBpfStats(host, leaving, ["another"]);
      assert.equal((await readFile(switchFile(), "utf8")).trim(), "1");
      assert.notEqual(await atBoot(), undefined);
      await restoreBpfStats(host, staying, []);
      assert.equal((await readFile(switchFile(), "utf8")).trim(), "0");
      assert.equal(await atBoot(), undefined);
      // Somebody else's later: none of ours has anything to put back.
      await writeFile(switchFile(), "1\n");
      await restoreBpfStats(host, leaving, []);
      assert.equal((await readFile(switchFile(), "utf8")).trim(), "1");
    });
  }
});
