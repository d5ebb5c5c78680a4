import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { eventually } from "./lib/eventually.ts";
import { printed } from "./lib/launcher.ts";
import { NAMES, removeStack, testLauncher, testLaunching, writeSettings } from "./lib/test-stack.ts";
import { tracesOf } from "./lib/traces.ts";

const docker = createDocker(createHost());
let folder = "";

/** The settings of the tests' stack, with some lines changed. */
async function settingsWith(changes: Record<string, string>): Promise<string> {
  const file = path.join(folder, `${Object.keys(changes).join("-")}.monitoring`);
  await writeSettings(file, changes);
  return file;
}

async function assertNothingLeft(): Promise<void> {
  await eventually(15, async () => {
    const { containers, networks, pins } = await tracesOf(docker, NAMES.project);
    assert.deepEqual({ containers, networks, pins }, { containers: [], networks: [], pins: [] });
  });
}

describe("a start that cannot succeed", () => {
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-"));
    await testLauncher("stop");
  });
  after(async () => {
    await removeStack();
    await rm(folder, { recursive: true });
  });

  it("shows every fault in the settings at once, with line numbers, and starts nothing", async () => {
    const file = path.join(folder, "bad.monitoring");
    await writeFile(file, "PROMETHEUS_PORT=99999\n\nGRAFANA_PROT=3000\nFLOW_MAX_EDGES=many\n");
    const { exitCode, text } = await testLauncher("--config", file);
    assert.equal(exitCode, 1);
    assert.match(text, /SETTINGS_INVALID/);
    assert.match(text, /line 1.*PROMETHEUS_PORT/);
    assert.match(text, /line 3.*GRAFANA_PROT.*GRAFANA_PORT/);
    assert.match(text, /line 4.*FLOW_MAX_EDGES/);
    assert.doesNotMatch(text, /\n {4}at /, "no stack trace");
    await assertNothingLeft();
  });

  it("names who holds a busy port", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    try {
      const { exitCode, text } = await testLauncher("--config", await settingsWith({ PROMETHEUS_PORT: String(port) }));
      assert.equal(exitCode, 1);
      assert.match(text, /PORT_BUSY/);
      assert.match(text, new RegExp(`${port}`));
      assert.match(text, new RegExp(`pid ${process.pid}`));
    } finally {
      server.close();
    }
    await assertNothingLeft();
  });

  it("names an image that was asked for by its digest and cannot be had, and builds no other in its place", async () => {
    const digest = `127.0.0.1:9/prometheus@sha256:${"0123456789abcdef".repeat(4)}`;
    const { exitCode, text } = await testLauncher("--config", await settingsWith({ PROMETHEUS_IMAGE: digest }));
    assert.equal(exitCode, 1, text);
    assert.match(text, /IMAGE_MISSING: .*PROMETHEUS_IMAGE/);
    await assertNothingLeft();
  });

  it("names the service that does not come up, with its last words, and takes everything back", async () => {
    const { exitCode, text } = await testLauncher(
      "--config",
      await settingsWith({ PROMETHEUS_RETENTION: "7d", EBPF_EXPORTER_MEMORY: "6m" }),
    );
    assert.equal(exitCode, 1, text);
    assert.match(text, /(SERVICE_NOT_READY|COMPOSE_FAILED): .*/);
    assert.match(text, /ebpf-exporter/);
    assert.doesNotMatch(text, /\n {4}at /, "no stack trace");
    await assertNothingLeft();
  });

  it("is taken back by Ctrl-C while it runs", async () => {
    const { start } = await testLaunching();
    await printed(start, "Wait for health checks");
    start.kill("SIGINT");
    const { exitCode, all } = await start;
    assert.equal(exitCode, 130, all);
    await assertNothingLeft();
  });

  it("refuses words it does not know", async () => {
    const { exitCode, text } = await testLauncher("strat");
    assert.equal(exitCode, 2);
    assert.match(text, /^Unknown command "strat"\. Did you mean start\?$/);
  });
});
