import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { execa } from "execa";
import { stringify } from "yaml";
import { eventually } from "../lib/eventually.ts";
import { ROOT } from "../lib/launcher.ts";
import { containerOf, urlOf } from "../lib/test-stack.ts";
import { meansOfLateComers } from "./means.ts";
import type { Running } from "./running.ts";

const FOLDER = path.join(ROOT, "prometheus");

interface RulesAnswer {
  data: { groups: { rules: { name: string; type: string; health: string; lastError?: string }[] }[] };
}

/** Recording and alert rules, judged by promtool, which is in the Prometheus image. */
export function rulesSuite(running: () => Running): void {
  describe("rules", () => {
    const promtool = async (folder: string, ...args: string[]) => {
      const { Config } = await running().docker.getContainer(containerOf("prometheus")).inspect();
      const mounts = ["--volume", `${folder}:/etc/prometheus:ro`, "--tmpfs", "/tmp:mode=1777"];
      const run = ["run", "--rm", "--network=none", "--entrypoint=/bin/promtool", ...mounts, Config.Image, ...args];
      const result = await execa("docker", run, { reject: false, all: true });
      assert.equal(result.exitCode, 0, result.all);
    };

    for (const file of ["alerts", "cilium", "recording"]) {
      it(`${file}.yml passes its unit tests`, () =>
        promtool(FOLDER, "test", "rules", `/etc/prometheus/rules/tests/${file}.yml`));
    }

    it("have a unit test file each", async () => {
      const ofRules = (await readdir(path.join(FOLDER, "rules"))).filter((name) => name.endsWith(".yml"));
      assert.deepEqual((await readdir(path.join(FOLDER, "rules/tests"))).sort(), ofRules.sort());
    });

    it("and the dashboards' means are of the time in which what they are of was there", async (t) => {
      const folder = await mkdtemp(path.join(tmpdir(), "flowtally-means-"));
      t.after(() => rm(folder, { recursive: true }));
      // The image's user is not the one who runs the tests.
      await chmod(folder, 0o755);
      await writeFile(path.join(folder, "means.yml"), stringify(await meansOfLateComers()));
      await promtool(folder, "test", "rules", "/etc/prometheus/means.yml");
    });

    it("are loaded by Prometheus, and evaluate without an error", () =>
      eventually(40, async () => {
        const response = await fetch(`${urlOf("prometheus")}/api/v1/rules`);
        const rules = ((await response.json()) as RulesAnswer).data.groups.flatMap((group) => group.rules);
        assert.ok(rules.some(({ type }) => type === "alerting") && rules.some(({ type }) => type === "recording"));
        assert.deepEqual(
          rules.filter(({ health }) => health !== "ok"),
          [],
        );
      }));
  });
}
