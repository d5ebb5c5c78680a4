import assert from "node:assert/strict";
import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { parse } from "yaml";
import { readSettings } from "../../../start/settings/index.ts";
import { writeStackFiles } from "../../../start/stack/files.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import { FACTS, makeCheckout } from "./lib/checkout.ts";

/** A checkout for one test, and what writes its files for settings as a file has them. */
async function checkout(t: TestContext) {
  const root = await mkdtemp(path.join(tmpdir(), "flowtally-files-"));
  t.after(() => rm(root, { recursive: true }));
  const layout = layoutOf(root);
  await makeCheckout(layout);
  const write = (text: string) =>
    writeStackFiles({
      ...{ settings: readSettings(text), facts: FACTS, images: [], examples: [], leftOut: [], layout },
      healthSeconds: 5,
    });
  return { root, layout, write };
}

test("a tracer without rights over files can write its logs, and no other user of the host reaches them", async (t) => {
  const { layout, write } = await checkout(t);
  await write("");
  await write("");
  const [own, logs] = await Promise.all([stat(path.dirname(layout.verifierLogs)), stat(layout.verifierLogs)]);
  assert.deepEqual([own.mode & 0o777, logs.mode & 0o777], [0o700, 0o777]);
});

test("there is a folder for dashboards that are fetched, what is in it stays, and Grafana's user can read it", async (t) => {
  const { layout, write } = await checkout(t);
  await write("");
  await writeFile(path.join(layout.published, "cilium-1.json"), "{}");
  await write("");
  assert.equal((await stat(layout.published)).mode & 0o777, 0o755);
  assert.equal(await readFile(path.join(layout.published, "cilium-1.json"), "utf8"), "{}");
});

test("a webhook is in a file of its own and nowhere else; only where it leads is recorded", async (t) => {
  const { layout, write } = await checkout(t);
  await write("ALERT_WEBHOOK_URL=https://alerts.example/hook/secret");
  assert.equal(await readFile(layout.webhook, "utf8"), "https://alerts.example/hook/secret");
  const [env, state] = await Promise.all([readFile(layout.env, "utf8"), readFile(layout.state, "utf8")]);
  assert.doesNotMatch(env, /alerts\.example/);
  assert.match(state, /"ALERT_WEBHOOK_URL": "https:\/\/alerts\.example"/);
  await write("");
  await assert.rejects(stat(layout.webhook), { code: "ENOENT" });
});

test("the secret of a remote storage is in a file of its own and nowhere else, and goes with the setting", async (t) => {
  const { root, layout, write } = await checkout(t);
  await cp(path.join(import.meta.dirname, "../../../prometheus"), path.join(root, "prometheus"), { recursive: true });
  const url = "REMOTE_WRITE_URL=https://metrics.example/api/v1/write";
  const generated = path.join(layout.targets, "main/prometheus.yml");
  for (const credentials of [
    ["REMOTE_WRITE_USER=alice", "REMOTE_WRITE_PASSWORD=hidden"],
    ["REMOTE_WRITE_BEARER_TOKEN=hidden"],
  ]) {
    await write([url, ...credentials].join("\n"));
    assert.equal(await readFile(layout.remoteWriteSecret, "utf8"), "hidden");
    const folder = await stat(path.dirname(path.dirname(layout.remoteWriteSecret)));
    assert.equal(folder.mode & 0o777, 0o700, "nobody else of this machine gets to it");
    for (const file of [layout.env, layout.state, layout.hostCompose, generated]) {
      assert.doesNotMatch(await readFile(file, "utf8"), /hidden/, file);
    }
    assert.match(
      await readFile(layout.env, "utf8"),
      /^PROMETHEUS_CONFIG='\/etc\/prometheus-targets\/main\/prometheus.yml'$/m,
    );
  }
  await write("");
  await assert.rejects(stat(layout.remoteWriteSecret), { code: "ENOENT" });
  await assert.rejects(stat(generated), { code: "ENOENT" });
  assert.match(await readFile(layout.env, "utf8"), /^PROMETHEUS_CONFIG='\/etc\/prometheus\/prometheus.yml'$/m);
});

test("credentials of a remote storage reach Prometheus as they are written, and .env has nothing of the storage", async (t) => {
  const { root, layout, write } = await checkout(t);
  await cp(path.join(import.meta.dirname, "../../../prometheus"), path.join(root, "prometheus"), { recursive: true });
  for (const value of ["end\\", "a$b$(c)$$", `it's"quoted"`, "a#b", "- [x]", "yes", "0x1f", "~", "@%&*!|>{}?"]) {
    const quote = value.includes("'") ? "" : "'";
    const credentials = ["USER", "PASSWORD"].map((name) => `REMOTE_WRITE_${name}=${quote}${value}${quote}`);
    await write(["REMOTE_WRITE_URL=https://metrics.example/write?db=hidden", ...credentials].join("\n"));
    const configuration = parse(await readFile(path.join(layout.targets, "main/prometheus.yml"), "utf8"));
    assert.equal(configuration.remote_write[0].basic_auth.username, value);
    assert.equal(await readFile(layout.remoteWriteSecret, "utf8"), value);
    const [env, state] = await Promise.all([readFile(layout.env, "utf8"), readFile(layout.state, "utf8")]);
    assert.doesNotMatch(env, /REMOTE_WRITE|metrics\.example/);
    assert.match(state, /"REMOTE_WRITE_URL": "https:\/\/metrics\.example"/);
  }
});

test("a store's address is in a file of its own and nowhere else", async (t) => {
  const { layout, write } = await checkout(t);
  await write("");
  const without = await readFile(layout.env, "utf8");
  assert.match(without, /^FLOW_STORE_MAX_AGE='7d'$/m);
  await write("FLOW_STORE=postgres://me:s3cret@db.example/flows");
  assert.equal(await readFile(layout.store, "utf8"), "postgres://me:s3cret@db.example/flows");
  const [env, state] = await Promise.all([readFile(layout.env, "utf8"), readFile(layout.state, "utf8")]);
  assert.doesNotMatch(env + state, /s3cret|db\.example/);
  // Compose makes the exporter anew by it.
  const label = (text: string) => /^FLOW_EXPORTER_CONFIGURATION=(.+)$/m.exec(text)?.[1];
  assert.notEqual(label(env), label(without));
});

test("what is told of a password's file is the same at each start, and nowhere the same as elsewhere", async (t) => {
  const labels: (string | undefined)[] = [];
  for (const { layout, write } of [await checkout(t), await checkout(t)]) {
    for (const _ of ["first", "second"]) {
      await write("FLOW_STORE=postgres://me:1234@db.example/flows");
      labels.push(/^FLOW_EXPORTER_CONFIGURATION=(.+)$/m.exec(await readFile(layout.env, "utf8"))?.[1]);
    }
    assert.equal((await stat(layout.salt)).mode & 0o777, 0o600);
  }
  const [one, again, other, otherAgain] = labels;
  assert.deepEqual([one, other], [again, otherAgain]);
  assert.notEqual(one, other);
});

test("what is mounted from a checkout that only its owner can read can be read by the containers' users", async (t) => {
  const { root, write } = await checkout(t);
  const folder = path.join(root, "prometheus");
  const file = path.join(folder, "prometheus.yml");
  await writeFile(file, "", { mode: 0o600 });
  await chmod(folder, 0o700);
  await write("");
  const modes = await Promise.all([root, folder, file].map(async (place) => (await stat(place)).mode & 0o777));
  assert.deepEqual(modes, [0o700, 0o755, 0o644]);
});
