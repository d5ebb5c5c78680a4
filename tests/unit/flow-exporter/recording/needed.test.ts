import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CONTAINER, collect } from "../../../../exporters/flow-exporter/metadata/collected.ts";
import { decodeContainerEvent } from "../../../../exporters/flow-exporter/metadata/docker/container-events.ts";
import { decodeServices } from "../../../../exporters/flow-exporter/metadata/docker/services.ts";
import {
  type Containers,
  containersSchema,
  overlaysSchema,
} from "../../../../exporters/flow-exporter/recording/docker-schema.ts";
import {
  neededOfContainer,
  neededOfEvent,
  neededOfOverlay,
} from "../../../../exporters/flow-exporter/recording/needed.ts";

const SECRET = "hunter2";
const LABELS = { "com.docker.compose.project": "shop", "com.docker.compose.service": "web", "my.password": SECRET };
const ID = "ab".repeat(32);

describe("what of Docker's answers is recorded", () => {
  test("is all that names a container, and no other label, command or setting", () => {
    const info = {
      Id: ID,
      Names: ["/web"],
      Image: "nginx",
      State: "running",
      Status: "Up 3 hours (healthy)",
      ImageID: "sha256:1",
      Command: `serve --password ${SECRET}`,
      Labels: LABELS,
      HostConfig: { NetworkMode: "shop", Annotations: { a: SECRET } },
      NetworkSettings: {
        Networks: { shop: { IPAddress: "10.0.0.2", GlobalIPv6Address: "fd00::2", DriverOpts: { a: SECRET } } },
      },
      Ports: [{ Type: "tcp", IP: "127.0.0.1", PublicPort: 8080, PrivatePort: 80 }],
      Mounts: [{ Type: "bind", Source: "/srv/.flowtally/x", Destination: SECRET }],
    };
    const inspected = { pid: 17, restarts: 2, startedAt: "2030-01-01T00:00:00Z" };
    const listed = { info, inspected } as unknown as Containers[number];
    const needed = JSON.parse(JSON.stringify(neededOfContainer(listed))) as Containers[number];
    assert.ok(containersSchema.safeParse([needed]).success);
    assert.deepEqual(collect(CONTAINER, "docker", needed), collect(CONTAINER, "docker", { ...listed, inspected }));
    assert.doesNotMatch(JSON.stringify(needed), /hunter2/);
  });

  test("is all that an event names, and no other label", () => {
    const line = (Type: string, Action: string, Attributes: object) =>
      JSON.stringify({ Type, Action, Actor: { ID, Attributes }, time: 1 });
    const lines = [
      line("container", "start", { name: "web", image: "nginx", ...LABELS }),
      line("network", "connect", { name: "shop", container: ID, secret: SECRET }),
    ];
    for (const one of lines) {
      assert.notEqual(decodeContainerEvent(one), undefined);
      assert.deepEqual(decodeContainerEvent(neededOfEvent(one)), decodeContainerEvent(one));
      assert.doesNotMatch(neededOfEvent(one), /hunter2/);
    }
    for (const broken of ["", "null", '{"Type":']) assert.equal(decodeContainerEvent(neededOfEvent(broken)), undefined);
  });

  test("is a service's addresses and ports, and nothing else of it", () => {
    const overlay = {
      Containers: { "lb-shop": { IPv4Address: "10.0.1.4/24", Name: SECRET } },
      Services: {
        web: {
          VIP: "10.0.1.2",
          Ports: ["Target: 80, Publish: 8080"],
          Tasks: [{ EndpointIP: "10.0.1.3", Info: { a: SECRET } }],
        },
      },
    };
    assert.equal(decodeServices(overlay).length, 1);
    assert.ok(overlaysSchema.safeParse([neededOfOverlay(overlay)]).success);
    assert.deepEqual(decodeServices(neededOfOverlay(overlay)), decodeServices(overlay));
    assert.doesNotMatch(JSON.stringify(neededOfOverlay(overlay)), /hunter2/);
  });
});
