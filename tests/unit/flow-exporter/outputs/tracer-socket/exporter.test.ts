import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { startExporter } from "../../../../../exporters/flow-exporter/exporter.ts";
import { readSettings } from "../../../../../exporters/flow-exporter/settings.ts";
import { Kernel } from "../../lib/kernel.ts";
import { silent } from "../../lib/log.ts";
import { unixGet } from "../../lib/unix-get.ts";
import { NO_DOCKER } from "../../recording/recorded.ts";

test("an exporter with a tracer socket serves its flows there until it stops", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "flowtally-socket-"));
  const socket = path.join(folder, "tracer.sock");
  const kernel = new Kernel();
  kernel.open({ source: "10.0.0.1:40000", destination: "93.184.216.34:443", sent: 77 });
  const settings = readSettings({ FLOW_PORT: "0", FLOW_LISTEN: "127.0.0.1", FLOW_TRACER_SOCKET: socket });
  const sources = { tracer: kernel, host: kernel.host(), docker: NO_DOCKER };
  const exporter = await startExporter(settings, sources, silent as never);
  try {
    const { text } = await unixGet(socket, "/connections?client_id=a");
    const told = JSON.parse(text).connections.map((one: Record<string, unknown>) => [one.dest, one.last_sent_bytes]);
    assert.deepEqual(told, [["93.184.216.34", 77]]);
    assert.equal(JSON.parse((await unixGet(socket, "/status")).text).up, true);
  } finally {
    await exporter.stop();
  }
  assert.equal(existsSync(socket), false);
  rmSync(folder, { recursive: true });
});
