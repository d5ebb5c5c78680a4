import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { readSettingsFile } from "../../../start/settings/file.ts";
import { inspectSettings } from "../../../start/settings/index.ts";

describe("a settings file", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-settings-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("is read as it is", async () => {
    const file = path.join(folder, "settings");
    await writeFile(file, "GRAFANA_PORT=3001\n");
    assert.equal(await readSettingsFile(file), "GRAFANA_PORT=3001\n");
  });

  // A read of a pipe that nobody writes to ends by no signal that Node could act on.
  it("is refused where it is a pipe, which would be waited for, or a device", { timeout: 20_000 }, async () => {
    const pipe = path.join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await assert.rejects(readSettingsFile(pipe), /is not a file$/);
    await assert.rejects(readSettingsFile("/dev/zero"), /is not a file$/);
    const { settings, fault } = await inspectSettings(pipe, {});
    assert.equal(settings.GRAFANA_PORT, 3000);
    assert.equal(fault?.code, "SETTINGS_UNREADABLE");
  });

  it("is refused where it is too large to be one", async () => {
    const file = path.join(folder, "large");
    await writeFile(file, "FOO=1\n".repeat(100_000));
    await assert.rejects(readSettingsFile(file), /is larger than 128 KiB$/);
  });
});
