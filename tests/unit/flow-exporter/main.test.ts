import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const MAIN = path.resolve(import.meta.dirname, "../../../exporters/flow-exporter/main.ts");
/** What the start needs once it listens. */
const BREAK = 'data:text/javascript,globalThis.setInterval=()=>{throw new Error("no timer")}';

test("an exporter whose start fails after it listens ends: it would answer for ever, and count nothing", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-main-"));
  t.after(() => rm(folder, { recursive: true }));
  const env = { FLOW_PORT: "0", FLOW_PINS: folder, DOCKER_HOST: `unix://${folder}/none` };
  const ended = await execa(process.execPath, ["--import", BREAK, MAIN], { env, reject: false, timeout: 20_000 });
  assert.equal(ended.exitCode, 1, ended.stdout);
  assert.match(ended.stdout, /"reason":"no timer","msg":"cannot start"/);
});
