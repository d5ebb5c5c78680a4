import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { describe, it, type TestContext } from "node:test";
import { CHECKS } from "../../../start/checks/index.ts";
import { doctor } from "../../../start/commands/doctor.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

async function examine(t: TestContext, machine: string, config: string | undefined) {
  const projectRoot = await mkdtemp(path.join(tmpdir(), "flowtally-doctor-"));
  t.after(() => rm(projectRoot, { recursive: true }));
  const file = path.join(projectRoot, "config.monitoring");
  if (config !== undefined) await writeFile(file, config);
  const chunks: string[] = [];
  const stdout = new Writable({ write: (chunk, _, done) => void done(void chunks.push(String(chunk))) });
  const { signal } = new AbortController();
  const options = { config: undefined };
  const host = createFixtureHost(machine);
  const exitCode = await doctor.run({ host, projectRoot, stdout, stderr: stdout, options, operand: undefined, signal });
  return { exitCode, text: chunks.join(""), file };
}

/** Every check has its line. */
function assertAllChecked(text: string): void {
  for (const { title } of CHECKS) assert.ok(text.includes(` ${title} `), `${title} in\n${text}`);
}

describe("the doctor", () => {
  it("names every fault of the settings, and checks all the rest, by the settings that are valid", async (t) => {
    const config = "GRAFANA_PORT=3001\nPROMETHEUS_PORT=many\nGRAFNA_MEMORY=1g\n";
    const { exitCode, text, file } = await examine(t, "busy-port", config);
    assert.equal(exitCode, 1);
    assert.ok(text.startsWith("✘ Settings "), text);
    assert.ok(text.includes(`${file} has 2 errors`), text);
    assert.match(text, /why: line 2: PROMETHEUS_PORT: "many" must be .*\n +line 3: unknown setting GRAFNA_MEMORY; did/);
    assertAllChecked(text);
    // Port 3000 is taken as well, but the file asks for another one; that of Prometheus is its default.
    assert.match(text, /^✘ Ports +9090 \(prometheus\) is in use$/m);
  });

  it("checks all the rest where the settings cannot be read", async (t) => {
    const { exitCode, text } = await examine(t, "healthy", undefined);
    assert.equal(exitCode, 1);
    assert.match(text, /^✘ Settings +The settings in .* cannot be read$/m);
    assertAllChecked(text);
  });

  it("says which settings it went by where they are good", async (t) => {
    const { text, file } = await examine(t, "healthy", "GRAFANA_PORT=3001\n");
    assert.ok(text.startsWith("✔ Settings ") && text.includes(file), text);
  });
});
