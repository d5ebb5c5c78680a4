import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import type Docker from "dockerode";
import { createRecordingExporter } from "../../../start/record/exporter.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

const RECORDER = { state: "idle", started_at: null, cycles: 0, lost_cycles: 0, bytes: 0, ending: null, reason: "" };

interface Stop {
  after(step: () => unknown): void;
}

/** The stack's exporter, which answers `health` and runs in a container of that state. */
async function exporterOf(t: Stop, health: object, status = "running", host = createFixtureHost("healthy")) {
  const signals: string[] = [];
  const server = createServer((_request, response) => response.end(JSON.stringify(health)));
  t.after(() => void server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const container = {
    inspect: async () => {
      if (status === "absent") throw Object.assign(new Error("no such container"), { statusCode: 404 });
      return { State: { Status: status } };
    },
    kill: async ({ signal }: { signal: string }) => void signals.push(signal),
  };
  const docker = { getContainer: () => container } as unknown as Docker;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const exporter = createRecordingExporter({
    docker,
    host,
    container: "flow-exporter",
    url,
  });
  return { exporter, signals };
}

describe("the running exporter", () => {
  test("says how it is with its recording, also while it has no rows", async (t) => {
    const { exporter, signals } = await exporterOf(t, { error: { code: "NO_ROWS", message: "" }, recorder: RECORDER });
    assert.deepEqual(await exporter.status(), RECORDER);
    await exporter.begin();
    await exporter.end();
    assert.deepEqual(signals, ["SIGUSR2", "SIGHUP"]);
  });

  test("is refused where it reads no rows, with each source that is gone", async (t) => {
    const gone = { up: false, reason: "ENOENT: live" };
    const sources = { tracer: gone, status: { up: false, reason: "EACCES: status" }, docker: { up: true, reason: "" } };
    const error = { code: "NO_ROWS", message: gone.reason };
    const { exporter } = await exporterOf(t, { error, sources, recorder: RECORDER });
    const message = /: tracer \(ENOENT: live\), status \(EACCES: status\)$/;
    await assert.rejects(exporter.assertReads(), { code: "NO_ROWS", message });
  });

  test("is refused where it has read no rows yet", async (t) => {
    const sources = { tracer: { up: null, reason: "" } };
    const { exporter } = await exporterOf(t, { error: { code: "NO_ROWS", message: "" }, sources, recorder: RECORDER });
    await assert.rejects(exporter.assertReads(), { code: "NO_ROWS", message: /read nothing yet/ });
  });

  test("reads rows where only Docker is gone, or its cycles are slow", async (t) => {
    for (const error of [undefined, { code: "NO_CYCLE", message: "" }]) {
      const sources = { docker: { up: false, reason: "ENOENT" } };
      const { exporter } = await exporterOf(t, { error, sources, recorder: RECORDER });
      await exporter.assertReads();
    }
  });

  test("is refused where it is older than recordings: the signal would end it", async (t) => {
    const { exporter } = await exporterOf(t, { status: "ok", sources: {} });
    await assert.rejects(exporter.status(), { code: "RECORDER_UNKNOWN", message: /older than this command/ });
  });

  test("is refused where it does not tell one recording from the next", async (t) => {
    const { started_at: _, ...older } = RECORDER;
    const { exporter } = await exporterOf(t, { status: "ok", recorder: older });
    await assert.rejects(exporter.status(), { code: "RECORDER_UNKNOWN", message: /older than this command/ });
  });

  test("has its recording copied only where that is whole: what is written last is there", async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-recording-"));
    t.after(() => rm(folder, { recursive: true }));
    const host = createFixtureHost("healthy");
    const { exporter } = await exporterOf(t, { recorder: RECORDER }, "running", host);
    await assert.rejects(exporter.copyTo(folder), { code: "NOT_COPIED" });
    host.commands[`docker cp flow-exporter:/state/recording/. ${folder}`] = "";
    await assert.rejects(exporter.copyTo(folder), { code: "NOT_COPIED", message: /ENOENT.*recording\.json/ });
    await writeFile(path.join(folder, "recording.json"), "{}");
    await exporter.copyTo(folder);
  });

  test("is refused where it has no folder for one", async (t) => {
    const { exporter } = await exporterOf(t, { status: "ok", recorder: null });
    await assert.rejects(exporter.status(), { code: "RECORDER_UNKNOWN", message: /FLOW_STATE/ });
  });

  for (const state of ["absent", "exited"]) {
    test(`is asked for where its container is ${state}`, async (t) => {
      const { exporter } = await exporterOf(t, { recorder: RECORDER }, state);
      await assert.rejects(exporter.status(), { code: "STACK_NOT_RUNNING", message: new RegExp(`is ${state}`) });
    });
  }
});
