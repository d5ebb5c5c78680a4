import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { execa } from "execa";
import { bundleService } from "../../../../../start/images/bundle.ts";

const SERVICE = path.resolve(import.meta.dirname, "../../../../../exporters/flow-exporter");
const DEADLINE_MS = 20_000;

test("bundled as in the image, the exporter's thread opens its database, and holds what a PostgreSQL takes", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-bundled-"));
  t.after(() => rm(folder, { recursive: true }));
  const [main = "", thread = ""] = await bundleService(SERVICE, path.join(folder, "main.mjs"));
  assert.match(await readFile(thread, "utf8"), /node:sqlite/);
  assert.match(await readFile(thread, "utf8"), /SCRAM-SHA-256/);
  // What the exporter itself does not need would be in its memory twice.
  assert.doesNotMatch(await readFile(main, "utf8"), /node:sqlite|SCRAM-SHA-256/);

  const file = path.join(folder, "flows.db");
  const env = { FLOW_PORT: "0", FLOW_LISTEN: "127.0.0.1", FLOW_PINS: folder, FLOW_STATE: folder, FLOW_STORE: file };
  const running = execa(process.execPath, [main], { env: { ...env, DOCKER_SOCKET: `${folder}/none` }, reject: false });
  t.after(() => running.kill("SIGKILL"));
  const end = performance.now() + DEADLINE_MS;
  while (!isOpened(file)) {
    assert.ok(performance.now() < end, "no database was made");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  running.kill("SIGTERM");
  const { exitCode, stdout } = await running;
  assert.equal(exitCode, 0, stdout);
  assert.match(stdout, /"source":"store","msg":"source works"/);
});

function isOpened(file: string): boolean {
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return (
      database.prepare("SELECT count(*) AS found FROM sqlite_master WHERE name = 'transactions'").get()?.found === 1
    );
  } catch {
    return false;
  } finally {
    database.close();
  }
}
