import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { PackageManager, System } from "../../../start/install/types.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";
import { provideVictoriaMetrics, skipWithoutVictoriaMetrics } from "../../lib/victoria-metrics-programs.ts";

const CI = { CI: "1" };
const options = { report: () => {}, signal: new AbortController().signal };

async function placeIn(t: TestContext) {
  const root = await mkdtemp(path.join(tmpdir(), "flowtally-tools-"));
  t.after(() => rm(root, { recursive: true }));
  const at = (name: string) => path.join(root, "tools", name);
  return { folder: at("unpacked"), installed: at("bin"), lack: at("lack") };
}

function systemWith(packages: Partial<PackageManager> | undefined): System {
  const known = { unattended: true, listsAreOld: async () => false, ...packages } as PackageManager;
  const distribution = { id: "some", like: [], name: "Some Linux 7" };
  return { host: createFixtureHost("healthy"), distribution, packages: packages && known };
}

describe("VictoriaMetrics for the tests", () => {
  it("is not to be had from every distribution, which is said, and lets CI go on", async (t) => {
    const place = await placeIn(t);
    for (const packages of [undefined, { name: "dnf" }, { name: "apt", candidate: async () => undefined }] as const) {
      const lack = await provideVictoriaMetrics(systemWith(packages), options, place);
      assert.equal(lack, "needs the package victoria-metrics, which Some Linux 7 does not have");
      assert.equal(skipWithoutVictoriaMetrics(place, CI), lack);
    }
  });

  it("is asked for in CI where nobody has said that", async (t) => {
    const place = await placeIn(t);
    assert.throws(
      () => skipWithoutVictoriaMetrics(place, CI),
      /CI must not skip this: it needs the package victoria-metrics/,
    );
    assert.match(`${skipWithoutVictoriaMetrics(place, {})}`, /^needs the package victoria-metrics, which .* brings$/);
  });

  it("may be that of an installed package", async (t) => {
    const place = await placeIn(t);
    await mkdir(place.installed, { recursive: true });
    for (const name of ["victoria-metrics", "vmauth"]) await writeFile(path.join(place.installed, name), "");
    assert.equal(skipWithoutVictoriaMetrics(place, CI), false);
    assert.equal(await provideVictoriaMetrics(systemWith(undefined), options, place), undefined);
  });

  it("is no reason to end where a mirror does not answer", async (t) => {
    const place = await placeIn(t);
    const system = systemWith({ name: "apt", candidate: async () => "1.0" });
    const host = {
      ...system.host,
      run: async () => ({ ok: false, exitCode: 100, stdout: "", stderr: "E: no answer", message: "" }),
    };
    assert.equal(await provideVictoriaMetrics({ ...system, host }, options, place), "E: no answer");
    assert.throws(() => skipWithoutVictoriaMetrics(place, CI), /CI must not skip this/);
  });
});
