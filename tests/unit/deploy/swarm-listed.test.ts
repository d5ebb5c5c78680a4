import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const FILE = path.resolve(import.meta.dirname, "../../../deploy/swarm/listed.txt");
const lines = readFileSync(FILE, "utf8").split("\n");
const listed = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => new RegExp(line));
const passes = (url: string) => listed.some((one) => one.test(url));

test("Prometheus may ask a manager for what finds the agents", () => {
  const filters = encodeURIComponent(JSON.stringify({ "desired-state": { running: true } }));
  const asked = [
    "/_ping",
    "/v1.41/tasks",
    `/v1.41/tasks?filters=${filters}`,
    "/v1.47/services?",
    "/nodes",
    "/v1.41/networks",
  ];
  assert.deepEqual(asked.filter(passes), asked);
});

test("and for nothing else: containers and their settings, secrets, one object by its id, or what changes anything", () => {
  const refused = [
    "/containers/json",
    "/v1.41/containers/json",
    "/v1.41/secrets",
    "/v1.41/configs",
    "/v1.41/services/create",
    "/v1.41/services/x/update",
    "/v1.41/tasks/../containers/json",
    "/v1.41/swarm/unlockkey",
    "/v1.41/nodes?filters=x&y=/",
    "/info",
  ];
  assert.deepEqual(refused.filter(passes), []);
});
