import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeContainerEvent } from "../../../../../exporters/flow-exporter/metadata/docker/container-events.ts";
import { idOf } from "../../lib/world.ts";

const event = (values: object) => JSON.stringify({ Type: "container", Action: "create", ...values });
const attributes = {
  name: "shop-web-1",
  image: "shop/web:3",
  "com.docker.compose.project": "shop",
  "com.docker.compose.service": "web",
};

test("an event names a container that may be gone before Docker can be asked", () => {
  const line = event({ Action: "start", Actor: { ID: idOf("a"), Attributes: attributes } });
  assert.deepEqual(decodeContainerEvent(line), {
    action: "start",
    id: idOf("a"),
    container: {
      id: idOf("a"),
      name: "shop-web-1",
      image: "shop/web:3",
      composeProject: "shop",
      composeService: "web",
      pod: "",
      namespace: "",
      pid: 0,
      networkMode: "",
      addresses: [],
      publishedPorts: [],
      hostPaths: [],
    },
  });
});

test("an image's own labels name a container within bounds, and forge no end of a name", () => {
  const forged = { "com.docker.compose.project": "x".repeat(100_000), "io.kubernetes.pod.name": "a\n\u202eb" };
  const line = event({ Action: "start", Actor: { ID: idOf("a"), Attributes: { ...attributes, ...forged } } });
  const container = decodeContainerEvent(line)?.container;
  assert.deepEqual([container?.composeProject, container?.pod], ["x".repeat(253), "ab"]);
});

test("a container that joins a network or leaves it is reported by its id", () => {
  for (const Action of ["connect", "disconnect"]) {
    const line = event({ Type: "network", Action, Actor: { ID: idOf("f"), Attributes: { container: idOf("a") } } });
    assert.deepEqual(decodeContainerEvent(line), { action: Action, id: idOf("a") });
  }
});

test("what is no event about a container's life is left", () => {
  for (const line of [
    "",
    "null",
    "{",
    event({}),
    event({ Actor: { ID: "short" } }),
    event({ Action: "exec_start: sh", Actor: { ID: idOf("a") } }),
    event({ Type: "network", Actor: { ID: idOf("f"), Attributes: { name: "lab" } } }),
    event({ Type: "network", Action: "connect", Actor: { ID: idOf("f") } }),
  ]) {
    assert.equal(decodeContainerEvent(line), undefined, line);
  }
});

test("any line is decoded or left, and never an error", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void decodeContainerEvent(line)));
});
