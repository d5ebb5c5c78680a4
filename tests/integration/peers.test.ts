import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import { createPeers, IMAGE } from "./exporter/peers.ts";
import { skip } from "./exporter/requirements.ts";

test("peers leave a container alone that has a name of theirs and is somebody else's", { skip }, async (t) => {
  const peers = await createPeers();
  const [foreign, own] = [`flowtally-test-foreign-${process.pid}`, `flowtally-test-own-${process.pid}`];
  const exists = async (name: string) => {
    const { stdout } = await execa("docker", ["ps", "--all", "--quiet", "--filter", `name=^/${name}$`]);
    return stdout !== "";
  };
  t.after(() => execa("docker", ["rm", "--force", foreign], { reject: false }));
  try {
    await execa("docker", ["create", "--name", foreign, IMAGE, "/peer"]);
    await assert.rejects(peers.container(foreign, [], "hear", "7302"), /already in use/);
    await peers.container(own, [], "hear", "7302");
    await peers.removeContainer(foreign);
  } finally {
    await peers.removeAll();
  }
  assert.deepEqual([await exists(foreign), await exists(own)], [true, false]);
});
