import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import Docker from "dockerode";
import { execa } from "execa";
import { type Filter, startFilter } from "./docker-filter/filter.ts";
import { raw, requestOf, statusesOf } from "./docker-filter/raw.ts";
import { createDockerGate, type DockerGate } from "./exporter/docker-gate.ts";
import { skip } from "./exporter/requirements.ts";
import { type RunningExporter, startExporter } from "./exporter/unprivileged.ts";
import { eventually } from "./lib/eventually.ts";

const engine = new Docker({ socketPath: "/var/run/docker.sock" });

describe("docker-filter", { skip }, () => {
  let gate: DockerGate;
  let filter: Filter;
  let docker: Docker;
  before(async () => {
    gate = await createDockerGate();
    filter = await startFilter("rules", { engine: path.dirname(gate.socket) });
    docker = new Docker({ socketPath: filter.socket });
    await eventually(10, () => docker.ping());
  });
  after(async () => {
    await filter?.remove();
    await gate?.remove();
  });

  it("has no right but to open Docker's socket, and is opened by its own group alone", async () => {
    const { Config, HostConfig } = await engine.getContainer(filter.name).inspect();
    assert.equal(Config.User, "60901:60901");
    assert.deepEqual([HostConfig.CapDrop, HostConfig.CapAdd], [["ALL"], null]);
    assert.deepEqual([HostConfig.ReadonlyRootfs, HostConfig.NetworkMode], [true, "none"]);
    const { mode, uid, gid } = await stat(filter.socket);
    assert.deepEqual([(mode & 0o777).toString(8), uid, gid], ["660", 60_901, 60_901]);
    const stranger = [
      "--reuid=60905",
      "--regid=60905",
      "--clear-groups",
      "curl",
      "-sS",
      "--unix-socket",
      filter.socket,
    ];
    const refused = await execa("setpriv", [...stranger, "http://docker/_ping"], { reject: false });
    assert.notEqual(refused.exitCode, 0);
  });

  it("lets through what cAdvisor and the exporter ask", async () => {
    const { Id } = await engine.getContainer(filter.name).inspect();
    const { ApiVersion } = await docker.version();
    assert.equal((await docker.info()).ID, (await engine.info()).ID);
    assert.ok((await docker.listContainers()).some((container) => container.Id === Id));
    assert.equal((await docker.getContainer(Id).inspect()).Id, Id);
    assert.deepEqual(await docker.listNetworks({ filters: { driver: ["overlay"] } }), []);
    const [network] = await engine.listNetworks({ filters: { name: ["bridge"] } });
    const asked = [
      "HEAD /_ping",
      "GET /_ping",
      `GET /v${ApiVersion}/version`,
      `GET /v${ApiVersion}/info`,
      `GET /v${ApiVersion}/containers/json`,
      `GET /v${ApiVersion}/containers/${Id}/json`,
      `GET /networks/${network?.Id}?verbose=true`,
    ];
    for (const line of asked) {
      assert.deepEqual(statusesOf(await raw(filter.socket, requestOf(`${line} HTTP/1.1`))), [200], line);
    }
  });

  it("refuses every other method", async () => {
    const { Id } = await engine.getContainer(filter.name).inspect();
    const paths = [
      "/_ping",
      "/version",
      "/containers/json",
      `/containers/${Id}/json`,
      "/events?since=1",
      "/v1.41/info",
    ];
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "HEAD", "get", "GETX"]) {
      for (const target of paths.filter((one) => method !== "HEAD" || one !== "/_ping")) {
        await assertRefused(requestOf(`${method} ${target} HTTP/1.1`));
      }
    }
  });

  it("refuses every path that is not listed, and every way to write a listed one otherwise", async () => {
    const { Id } = await engine.getContainer(filter.name).inspect();
    const inside = [
      "archive?path=/etc/shadow",
      "export",
      "logs?stdout=1",
      "top",
      "stats",
      "changes",
      "attach/ws",
      "json?size=1",
    ];
    const others = [
      ...inside.map((one) => `/containers/${Id}/${one}`),
      ...[
        "/containers/json?all=1&size=1",
        "/containers/flow-exporter/json",
        "/images/json",
        "/images/get?names=x",
        "/volumes",
      ],
      ...[
        "/secrets",
        "/configs",
        "/swarm",
        "/swarm/unlockkey",
        "/services",
        "/tasks",
        "/nodes",
        "/plugins",
        "/system/df",
      ],
      ...["/build/prune", "/session", "/grpc", "/distribution/x/json", "/exec/1/json", "/networks", "/", "*", ""],
      ...[
        "//version",
        "/./version",
        "/x/../version",
        "/containers/../version",
        "/%76ersion",
        "/version/",
        "/version;x",
      ],
      ...[
        "/version%00",
        "/version%0d%0a",
        "/version?x=1",
        "/v1.41//version",
        "/v1.41/v1.41/version",
        "/v/version",
        "/Version",
      ],
      ...[
        "/containers%2fjson",
        `/containers/${Id}%2f..%2fjson`,
        `/containers/${Id}/../json`,
        "/events/../info",
        "/version#x",
      ],
      ...[
        "http://docker/version",
        "http://docker/containers/create",
        "docker:80",
        "\\version",
        "/events",
        "/events?a=b",
      ],
    ];
    for (const target of others) await assertRefused(requestOf(`GET ${target} HTTP/1.1`));
  });

  it("refuses what has a body, would become another protocol, or could be read as two requests", async () => {
    const create =
      "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    const get = "GET /version HTTP/1.1";
    await assertRefused(requestOf(get, ["Content-Length: 5"], "hello"));
    await assertRefused(requestOf(get, ["Transfer-Encoding: chunked"], `0\r\n\r\n${create}`));
    await assertRefused(requestOf(get, ["Transfer-Encoding: chunked", "Content-Length: 4"], `0\r\n\r\n${create}`));
    await assertRefused(requestOf(get, ["Transfer-Encoding : chunked"], `0\r\n\r\n${create}`));
    await assertRefused(requestOf(get, ["Content-Length: 0", "Content-Length: 118"], create));
    const upgrade = (to: string) =>
      `${get}\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: ${to}\r\n\r\n${requestOf(get)}`;
    assert.deepEqual(statusesOf(await raw(filter.socket, upgrade("tcp"))), [403]);
    // HAProxy itself takes this header away, and goes on in HTTP/1.
    assert.deepEqual(statusesOf(await raw(filter.socket, upgrade("h2c"))), [200, 200]);
    await assertRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    await assertRefused(`GET /version\r\n\r\n`);
  });

  it("judges each request of a connection for itself", async () => {
    const two = `GET /version HTTP/1.1\r\nHost: d\r\n\r\n${requestOf("POST /containers/create?name=x HTTP/1.1", ["Content-Length: 2"], "{}")}`;
    assert.deepEqual(statusesOf(await raw(filter.socket, two)), [200, 403]);
  });

  it("lets nobody make a privileged container", async () => {
    const { Image } = await engine.getContainer(filter.name).inspect();
    const name = "flowtally-test-filter-escape";
    const HostConfig = { Privileged: true, Binds: ["/:/host"] };
    await assert.rejects(docker.createContainer({ name, Image, HostConfig }), { statusCode: 403 });
    await assert.rejects(docker.getContainer(filter.name).exec({ Cmd: ["/bin/haproxy"] }), { statusCode: 403 });
    await assert.rejects(docker.getContainer(filter.name).update({ Memory: 1 << 30 }), { statusCode: 403 });
    await assert.rejects(engine.getContainer(name).inspect(), { statusCode: 404 });
    assert.match(await filter.log(), /refused POST \/containers\/create with 403/);
  });

  async function assertRefused(request: string) {
    const statuses = statusesOf(await raw(filter.socket, request));
    const line = JSON.stringify(request.slice(0, 120));
    assert.equal(statuses.length, 1, `${line} was answered ${statuses.length} times`);
    assert.ok([400, 403, 405].includes(statuses[0] ?? 0), `${line} was answered ${statuses[0]}`);
  }
});

describe("what asks Docker through docker-filter", { skip }, () => {
  let gate: DockerGate;
  let filter: Filter;
  let exporter: RunningExporter;
  before(async () => {
    gate = await createDockerGate();
    // The limits of an ordinary answer last a second here, so that events which come later than that show what theirs are.
    const configure = (text: string) =>
      text.replace("timeout client 30s", "timeout client 1s").replace("timeout server 60s", "timeout server 1s");
    filter = await startFilter("recovery", { engine: path.dirname(gate.socket), configure });
    await eventually(10, () => stat(filter.socket));
    exporter = await startExporter("/nonexistent", { dockerSocket: filter.socket, refreshSeconds: 1 });
  });
  after(async () => {
    await exporter?.stop();
    await filter?.remove();
    await gate?.remove();
  });

  const lastWords = (source: string) => exporter.log.findLast((line) => line.source === source)?.msg;
  const works = () =>
    eventually(15, () => {
      for (const source of ["docker", "docker-events"]) assert.equal(lastWords(source), "source works", source);
    });
  const fails = () =>
    eventually(15, () => {
      for (const source of ["docker", "docker-events"]) assert.equal(lastWords(source), "source fails", source);
    });

  it("follows events that come long after any other answer would have been cut off", async () => {
    await works();
    const said = exporter.log.length;
    const name = `${filter.name}-event`;
    const events = await new Docker({ socketPath: filter.socket }).getEvents({
      filters: { event: ["create"], container: [name] },
      since: now(),
    });
    const next = new Promise<string>((resolve, reject) => {
      events.once("data", (data) => resolve(String(data)));
      events.once("end", () => reject(new Error("the events broke off")));
    });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const { Image } = await engine.getContainer(filter.name).inspect();
    const container = await engine.createContainer({ Image, name });
    try {
      assert.match(await next, new RegExp(container.id));
    } finally {
      await container.remove({ v: true });
    }
    const broken = exporter.log.slice(said).filter(({ source }) => source === "docker-events");
    assert.deepEqual(broken, [], "the exporter's own events broke off");
  });

  it("works again once the filter is back", async () => {
    await works();
    const said = exporter.log.length;
    const began = performance.now();
    await filter.restart();
    assert.ok(performance.now() - began < 4_000, "it had to be killed");
    await eventually(15, () => assert.ok(exporter.log.slice(said).some(({ msg }) => msg === "source fails")));
    await works();
  });

  it("works again once an engine that was gone has made its socket anew", async () => {
    await works();
    await gate.leave();
    await fails();
    await gate.comeBack();
    await works();
  });
});

function now(): number {
  return Math.floor(Date.now() / 1000);
}
