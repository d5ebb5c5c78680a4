import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PROTOCOL, ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { drainDeltas } from "../../../../exporters/flow-exporter/sources/kernel/sockets/deltas.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { EdgeTotals } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";
import type { SocketValues } from "../lib/rows.ts";
import { container, edges, HOST_ADDRESS, idOf, joined, PROXY_PID, rows, world } from "../lib/world.ts";

const { client, server } = ROLE;
const BYTES = { sent: 40, received: 9 };

/** A process of the host at port 8080 of the host's loopback, where Docker's proxy listens for web's port 80. */
const CALLER: SocketValues = {
  cookie: 1,
  source: "127.0.0.1:40000",
  destination: "127.0.0.1:8080",
  role: client,
  comm: "curl",
  ...BYTES,
};
const PROXY_IN: SocketValues = {
  cookie: 2,
  source: "127.0.0.1:8080",
  destination: "127.0.0.1:40000",
  role: server,
  comm: "docker-proxy",
  pid: PROXY_PID,
  sent: BYTES.received,
  received: BYTES.sent,
};
const PROXY_OUT: SocketValues = {
  cookie: 3,
  source: "172.18.0.1:41000",
  destination: "172.18.0.2:80",
  role: client,
  comm: "docker-proxy",
  pid: PROXY_PID,
  ...BYTES,
};
const BEHIND: SocketValues = {
  cookie: 4,
  netns: 2,
  cgroup: 20,
  source: "172.18.0.2:80",
  destination: "172.18.0.1:41000",
  role: server,
  sent: BYTES.received,
  received: BYTES.sent,
};

describe("a published port with Docker's proxy in between", () => {
  test("ends at the container with the container's port, and the proxy's own way there does not count", () => {
    assert.deepEqual(joined(world(), CALLER, PROXY_IN, PROXY_OUT, BEHIND), [
      "host/curl > web:80 40/9",
      "host/docker-proxy > web:80 40/9 relay",
    ]);
  });

  test("counts its bytes once", () => {
    const table = new FlowTable();
    const totals = new EdgeTotals({ maxEdges: 100, maxPorts: 64 });
    for (let read = 0; read < 2; read++) {
      table.update(rows(CALLER, PROXY_IN, PROXY_OUT, BEHIND), world());
      totals.apply(drainDeltas(table.flows), 0);
    }
    const seen = [...totals].map(({ edge, sentBytes, receivedBytes, connections }) => {
      return [edge.source.name, edge.destination.name, edge.destinationPort, sentBytes, receivedBytes, connections];
    });
    const other = ["~other", "~other", 0, 0, 0, 0];
    assert.deepEqual(seen, [["host/curl", "web", 80, 40, 9, 1], other, other]);
  });

  test("a caller from outside, whose own socket is not seen, ends at the container too", () => {
    const arrived = { ...PROXY_IN, source: `${HOST_ADDRESS}:8080`, destination: "203.0.113.5:50000" };
    assert.deepEqual(joined(world(), arrived), ["world > web:80 40/9"]);
  });

  test("a container on loopback of its own at the same port number stays there", () => {
    const own = { ...CALLER, netns: 3, cgroup: 30 };
    assert.deepEqual(joined(world(), own), ["db > db:8080 40/9"]);
  });

  test("waits for Docker's next answer where nobody is known to have published the port", () => {
    const before = world({ containers: [] });
    const table = new FlowTable();
    const read = (seen: typeof before) => {
      table.update(rows(CALLER, PROXY_IN), seen);
      table.update(rows(CALLER, PROXY_IN), seen);
      return edges(table);
    };
    assert.deepEqual(read(before), ["waits"]);
    assert.equal(table.awaitedContainers.size, 1, "so Docker is asked");
    assert.deepEqual(read(world({ metadataVersion: 2 })), ["host/curl > web:80 40/9"]);
  });

  test("ends at the proxy where Docker knows nobody behind it", () => {
    const table = new FlowTable();
    for (const metadataVersion of [1, 1, 2, 2]) {
      table.update(rows(CALLER, PROXY_IN), world({ containers: [], metadataVersion }));
    }
    assert.deepEqual(edges(table), ["host/curl > host/docker-proxy:8080 40/9"]);
  });

  test("another process of that name, in a container, is no proxy", () => {
    const inside = { ...PROXY_OUT, netns: 3, cgroup: 30, source: "172.18.0.3:41000" };
    assert.deepEqual(joined(world(), inside), ["db > web:80 40/9"]);
  });
});

describe("one port, published by two containers at different addresses", () => {
  const publishedAt = (hostAddress: string | undefined, containerPort: number) => [
    { protocol: PROTOCOL.tcp, hostAddress, hostPort: 8080, containerPort },
  ];
  const web = container("web", { id: idOf("a"), pid: 200, addresses: ["172.18.0.2"] });
  const db = container("db", { id: idOf("b"), pid: 300, addresses: ["172.18.0.3"] });
  const two = (first: string | undefined, second: string | undefined) =>
    world({
      containers: [
        { ...web, publishedPorts: publishedAt(first, 80) },
        { ...db, publishedPorts: publishedAt(second, 5432) },
      ],
    });
  const at = (address: string) => ({ ...CALLER, source: `${HOST_ADDRESS}:40000`, destination: `${address}:8080` });

  test("each flow ends at the one whose address it goes to", () => {
    const both = two(HOST_ADDRESS, "172.18.0.1");
    assert.deepEqual(joined(both, at(HOST_ADDRESS)), ["host/curl > web:80 40/9"]);
    assert.deepEqual(joined(both, at("172.18.0.1")), ["host/curl > db:5432 40/9"]);
  });

  test("one published at all addresses has those that nobody else has", () => {
    const both = two(undefined, "172.18.0.1");
    assert.deepEqual(joined(both, at(HOST_ADDRESS)), ["host/curl > web:80 40/9"]);
    assert.deepEqual(joined(both, at("172.18.0.1")), ["host/curl > db:5432 40/9"]);
  });

  test("an address that nobody has published the port at is the host's own", () => {
    const one = two("172.18.0.1", "172.18.0.1");
    assert.deepEqual(joined(one, at(HOST_ADDRESS)), ["host/curl > host/~unknown:8080 40/9"]);
  });

  test("the proxy at one of them passes on to its own container", () => {
    const both = two("127.0.0.1", HOST_ADDRESS);
    assert.deepEqual(joined(both, CALLER, PROXY_IN), ["host/curl > web:80 40/9"]);
  });
});
