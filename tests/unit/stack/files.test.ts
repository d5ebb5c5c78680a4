import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
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
