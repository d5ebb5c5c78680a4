import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { readSettings } from "../../../start/settings/index.ts";
import { writeStackFiles } from "../../../start/stack/files.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import { FACTS, makeCheckout } from "./lib/checkout.ts";

test("a tracer without rights over files can write its logs, and no other user of the host reaches them", async (t) => {
  const root = await mkdtemp(path.join(tmpdir(), "flowtally-files-"));
  t.after(() => rm(root, { recursive: true }));
  const layout = layoutOf(root);
  await makeCheckout(layout);
  const input = {
    ...{ settings: readSettings(""), facts: FACTS, images: [], examples: [], leftOut: [], layout },
    healthSeconds: 5,
  };
  await writeStackFiles(input);
  await writeStackFiles(input);
  const [own, logs] = await Promise.all([stat(path.dirname(layout.verifierLogs)), stat(layout.verifierLogs)]);
  assert.deepEqual([own.mode & 0o777, logs.mode & 0o777], [0o700, 0o777]);
});

test("a webhook is in a file of its own and nowhere else; only where it leads is recorded", async (t) => {
  const root = await mkdtemp(path.join(tmpdir(), "flowtally-files-"));
  t.after(() => rm(root, { recursive: true }));
  const layout = layoutOf(root);
  await makeCheckout(layout);
  const write = (text: string) =>
    writeStackFiles({
      ...{ settings: readSettings(text), facts: FACTS, images: [], examples: [], leftOut: [], layout },
      healthSeconds: 5,
    });
  await write("ALERT_WEBHOOK_URL=https://alerts.example/hook/secret");
  assert.equal(await readFile(layout.webhook, "utf8"), "https://alerts.example/hook/secret");
  const [env, state] = await Promise.all([readFile(layout.env, "utf8"), readFile(layout.state, "utf8")]);
  assert.doesNotMatch(env, /alerts\.example/);
  assert.match(state, /"ALERT_WEBHOOK_URL": "https:\/\/alerts\.example"/);
  await write("");
  await assert.rejects(stat(layout.webhook), { code: "ENOENT" });
});

test("what is mounted from a checkout that only its owner can read can be read by the containers' users", async (t) => {
  const root = await mkdtemp(path.join(tmpdir(), "flowtally-files-"));
  t.after(() => rm(root, { recursive: true }));
  const layout = layoutOf(root);
  await makeCheckout(layout);
  const folder = path.join(root, "prometheus");
  const file = path.join(folder, "prometheus.yml");
  await writeFile(file, "", { mode: 0o600 });
  await chmod(folder, 0o700);
  await writeStackFiles({
    ...{ settings: readSettings(""), facts: FACTS, images: [], examples: [], leftOut: [], layout },
    healthSeconds: 5,
  });
  const modes = await Promise.all([root, folder, file].map(async (place) => (await stat(place)).mode & 0o777));
  assert.deepEqual(modes, [0o700, 0o755, 0o644]);
});
