import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { CONTAINER, collect } from "../../../../../exporters/flow-exporter/metadata/collected.ts";
import { labelsOf } from "../../../../../exporters/flow-exporter/metadata/docker/containers.ts";
import { DockerMetadata } from "../../../../../exporters/flow-exporter/metadata/docker/docker-metadata.ts";
import {
  createDockerReader,
  type DockerReader,
} from "../../../../../exporters/flow-exporter/metadata/docker/reader.ts";
import { SourceHealth } from "../../../../../exporters/flow-exporter/model/source-health.ts";
import { type Engine, startEngine } from "../../lib/engine.ts";
import { silent } from "../../lib/log.ts";
import overlays from "../../lib/overlays.json" with { type: "json" };
import { until } from "../../lib/until.ts";
import { container, idOf } from "../../lib/world.ts";

const NOBODY = { expect: () => {}, cancel: () => {} };
/** Long enough for answers on a busy machine; what hangs is waited for so long. */
const PATIENCE_MS = 1_500;
const WEB = { id: idOf("a"), name: "web", pid: 200 };

describe("Docker", () => {
  let folder: string;
  let engine: Engine;
  let docker: DockerReader;
  let health: SourceHealth;
  let events: SourceHealth;
  let metadata: DockerMetadata;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-docker-"));
    engine = await startEngine(folder);
    engine.containers = [WEB];
    docker = createDockerReader(engine.socketPath, PATIENCE_MS);
    health = new SourceHealth("docker", silent);
    events = new SourceHealth("docker-events", silent);
    metadata = new DockerMetadata(docker, health);
  });
  afterEach(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });
  test("a container's health comes with each list, its restarts with an inspection", async () => {
    engine.containers = [{ ...WEB, more: { State: "running", Status: "Up 2 seconds (health: starting)" } }];
    await metadata.refresh();
    const condition = { state: "running", restarts: 3, startedAt: "2030-01-31T12:00:00Z" };
    assert.deepEqual(metadata.containers[0]?.condition, { ...condition, health: "starting" });
    engine.containers = [{ ...WEB, more: { State: "paused", Status: "Up 2 minutes (Paused)" } }];
    await metadata.refresh();
    assert.deepEqual(metadata.containers[0]?.condition, { ...condition, state: "paused", health: "" });
  });

  const names = () => metadata.containers.map(({ name, pid }) => `${name} ${pid}`);

  test("a container's pid is asked for once, and again once an event says that it changed", async () => {
    const stop = new AbortController();
    const following = metadata.follow(stop.signal, NOBODY, events);
    await until("the stream of events", () => engine.followers() === 1);
    await metadata.refresh();
    await metadata.refresh();
    assert.equal(engine.inspections, 1);
    engine.containers = [{ ...WEB, pid: 999 }];
    engine.emit("start", WEB.id);
    await until("the new pid", () => names()[0] === "web 999");
    stop.abort();
    await following;
  });

  test("a container that is gone before Docker can be asked is known by its events, and reports that it starts", async () => {
    const stop = new AbortController();
    const calls: string[] = [];
    const starts = { expect: (id: string) => calls.push(`+${id[0]}`), cancel: (id: string) => calls.push(`-${id[0]}`) };
    const following = metadata.follow(stop.signal, starts, events);
    await until("the stream of events", () => engine.followers() === 1);
    engine.emit("create", idOf("e"), { name: "brief", image: "brief:1" });
    engine.emit("start", idOf("e"), { name: "brief", image: "brief:1" });
    engine.emit("die", idOf("e"), { name: "brief", image: "brief:1" });
    await until("Docker's answer", () => metadata.version > 0);
    assert.deepEqual(
      metadata.gone.map(({ name, image }) => `${name} ${image}`),
      ["brief brief:1"],
    );
    assert.deepEqual(calls, ["+e", "+e", "-e"]);
    stop.abort();
    await following;
  });

  test("events that do not come in time are a failure with its reason, and are followed once they are", async () => {
    const stop = new AbortController();
    engine.hangs = true;
    const following = metadata.follow(stop.signal, NOBODY, events);
    await until("the failure", () => events.up === false);
    assert.equal(events.reason, `no answer from Docker within ${PATIENCE_MS} ms`);
    engine.hangs = false;
    await until("the stream of events", () => events.up === true);
    engine.breakOff();
    await until("the end of the stream", () => events.up === false);
    assert.equal(events.reason, "Docker's events broke off");
    await until("another stream of events", () => events.up === true);
    stop.abort();
    await following;
    assert.equal(events.up, true, "to stop following is no failure");
  });

  for (const garbage of ["", "garbage", "{}", "[null]", '[{"Names":[]}]', '"text"']) {
    test(`an answer like ${garbage || "nothing"} is a failure, what is known stays, and it heals`, async () => {
      await metadata.refresh();
      engine.garbage = garbage;
      await metadata.refresh();
      assert.deepEqual([metadata.up, names()], [false, ["web 200"]]);
      assert.equal(health.reason, "Docker's answer is no list of containers");
      engine.garbage = undefined;
      await metadata.refresh();
      assert.equal(metadata.up, true);
    });
  }

  test("a container that has ended is gone, with all that was known", async () => {
    await metadata.refresh();
    engine.containers = [];
    await metadata.refresh();
    assert.deepEqual([names(), metadata.gone.map(({ name, pid }) => `${name} ${pid}`)], [[], ["web 200"]]);
  });

  test("those that an earlier exporter knew are gone, but not those of the kubelet's", () => {
    metadata.restore([container("db", { id: idOf("b") }), container("shop/web", { id: idOf("a"), podUid: "u" })]);
    assert.deepEqual(
      metadata.gone.map(({ name }) => name),
      ["db"],
    );
  });

  test("a container that ends while it is asked about has no pid", async () => {
    engine.containers = [{ ...WEB, more: { Id: idOf("f") } }];
    await metadata.refresh();
    assert.deepEqual(names(), ["web 0"]);
  });

  test("a swarm's services are asked for with the containers", async () => {
    engine.overlays = overlays;
    await metadata.refresh();
    assert.deepEqual(
      metadata.services.map(({ virtualAddress }) => virtualAddress),
      ["10.0.1.2", "10.0.0.3"],
    );
    engine.overlays = [];
    await metadata.refresh();
    assert.deepEqual(metadata.services, []);
  });

  test("an engine that does not let us see its networks tells of its containers all the same", async () => {
    engine.overlays = undefined;
    await metadata.refresh();
    assert.deepEqual([metadata.up, names(), metadata.services], [true, ["web 200"], []]);
  });

  test("one that hangs degrades within its time-out, keeps what is known, and heals", async () => {
    await metadata.refresh();
    engine.hangs = true;
    await metadata.refresh();
    assert.deepEqual([metadata.up, metadata.version, names()], [false, 1, ["web 200"]]);
    assert.equal(health.reason, `no answer from Docker within ${PATIENCE_MS} ms`);
    engine.hangs = false;
    await metadata.refresh();
    assert.deepEqual([metadata.up, metadata.version, health.reason], [true, 2, ""]);
  });

  test("one that is not there is a failure with its reason", async () => {
    const missing = new DockerMetadata(createDockerReader(path.join(folder, "none.sock"), PATIENCE_MS), health);
    await missing.refresh();
    assert.equal(missing.up, false);
    assert.match(health.reason, /ENOENT.*none\.sock/);
  });

  test("an answer asked for while one is due comes after it", async () => {
    const first = metadata.refresh();
    const second = metadata.refresh();
    await Promise.all([first, second]);
    assert.equal(metadata.version, 2);
  });
});

test("a task of a Swarm is called by its stack and service, unless Compose's labels say otherwise", () => {
  const task = { "com.docker.stack.namespace": "shop", "com.docker.swarm.service.name": "shop_web" };
  assert.deepEqual(labelsOf(task), { composeProject: "shop", composeService: "shop_web", pod: "", namespace: "" });
  const both = labelsOf({ ...task, "com.docker.compose.project": "mine", "com.docker.compose.service": "web" });
  assert.deepEqual([both.composeProject, both.composeService], ["mine", "web"]);
});

test("a container is named, labelled and addressed as Docker lists it", () => {
  const info = {
    Id: idOf("a"),
    Names: ["/shop-web-1"],
    Image: "shop/web:3",
    State: "running",
    Status: "Up 3 hours (unhealthy)",
    Labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": "web", other: "x" },
    HostConfig: { NetworkMode: "shop_default" },
    NetworkSettings: {
      Networks: {
        shop_default: { IPAddress: "172.18.0.2", GlobalIPv6Address: "fd00::2" },
        none: { IPAddress: "", GlobalIPv6Address: "" },
      },
    },
    Ports: [
      { Type: "tcp", PrivatePort: 80, PublicPort: 8080, IP: "0.0.0.0" },
      { Type: "tcp", PrivatePort: 81 },
      { Type: "udp", PrivatePort: 53, PublicPort: 53, IP: "::" },
      { Type: "tcp", PrivatePort: 80, PublicPort: 9090, IP: "127.0.0.1" },
    ],
    Mounts: [
      { Type: "bind", Source: "/srv/shop", Destination: "/data" },
      { Type: "volume", Source: "/var/lib/docker/volumes/x/_data", Destination: "/more" },
    ],
  };
  const inspected = { pid: 12, restarts: 3, startedAt: "2030-01-31T12:00:00Z" };
  assert.deepEqual(collect(CONTAINER, "docker", { info: info as never, inspected }), {
    id: idOf("a"),
    name: "shop-web-1",
    image: "shop/web:3",
    composeProject: "shop",
    composeService: "web",
    pod: "",
    namespace: "",
    pid: 12,
    networkMode: "shop_default",
    addresses: ["172.18.0.2", "fd00::2"],
    publishedPorts: [
      { protocol: 17, hostPort: 53, containerPort: 53 },
      { protocol: 6, hostPort: 8080, containerPort: 80 },
      { protocol: 6, hostAddress: "127.0.0.1", hostPort: 9090, containerPort: 80 },
    ],
    hostPaths: ["/srv/shop"],
    condition: { state: "running", health: "unhealthy", restarts: 3, startedAt: "2030-01-31T12:00:00Z" },
  });
});
