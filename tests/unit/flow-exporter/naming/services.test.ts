import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeServices } from "../../../../exporters/flow-exporter/metadata/docker/services.ts";
import { NETNS_OWNER, PROTOCOL, ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import overlays from "../lib/overlays.json" with { type: "json" };
import type { SocketValues } from "../lib/rows.ts";
import { container, edges, type Given, HOST_ADDRESS, idOf, joined, process, rows, world } from "../lib/world.ts";

const { client, server } = ROLE;
/** As recorded: two tasks on network `shop`, published at port 7490 of every machine. */
const services = overlays.flatMap(decodeServices);
const [VIRTUAL, BALANCER, TASK] = ["10.0.1.2", "10.0.1.5", "10.0.1.4"];
const [MESH_BALANCER, MESH_TASK] = ["10.0.0.2", "10.0.0.5"];

/** `caller`, beside the service's tasks, calls its virtual address. */
const CALLER: SocketValues = {
  cookie: 1,
  netns: 4,
  cgroup: 40,
  source: "10.0.1.9:40000",
  destination: `${VIRTUAL}:7300`,
  role: client,
  sent: 40,
  received: 9,
};
/** What the load balancer makes of it. */
const ANSWERER: SocketValues = {
  cookie: 2,
  netns: 5,
  cgroup: 50,
  source: `${TASK}:7300`,
  destination: `${BALANCER}:40000`,
  role: server,
  sent: 9,
  received: 40,
};

describe("a swarm's services, as Docker tells them", () => {
  test("have their virtual address, their tasks', and the load balancer's", () => {
    assert.deepEqual(services, [
      {
        virtualAddress: VIRTUAL,
        taskAddresses: [TASK, "10.0.1.3"],
        balancerAddresses: [BALANCER],
        publishedPorts: [],
      },
      {
        virtualAddress: "10.0.0.3",
        taskAddresses: [MESH_TASK, "10.0.0.4"],
        balancerAddresses: [MESH_BALANCER],
        publishedPorts: [{ hostPort: 7490, taskPort: 7300 }],
      },
    ]);
  });

  test("are none where an inspection tells of none", () => {
    assert.deepEqual(decodeServices({}), []);
    assert.deepEqual(decodeServices({ Containers: null, Services: null }), []);
    assert.deepEqual(decodeServices({ Services: { "": { VIP: "<nil>", Ports: null, Tasks: null } } }), []);
  });
});

describe("a flow to a service's virtual address", () => {
  test("ends at the task that answers, and the load balancer is no node", () => {
    assert.deepEqual(joined(swarm(), CALLER, ANSWERER), ["caller > shop-web.1:7300 40/9"]);
    assert.deepEqual(joined(swarm(), ANSWERER, CALLER), ["caller > shop-web.1:7300 40/9"]);
  });

  test("is one flow where the task keeps its caller's address and answers from the virtual one", () => {
    const direct = { ...ANSWERER, source: `${VIRTUAL}:7300`, destination: "10.0.1.9:40000" };
    assert.deepEqual(joined(swarm(), CALLER, direct), ["caller > shop-web.1:7300 40/9"]);
  });

  test("is none to a process in a network namespace that a user has made", () => {
    const own = { ...CALLER, netns: 99, netnsOwner: NETNS_OWNER.user, cgroup: 0, comm: "user" };
    assert.deepEqual(joined(swarm(), own), ["host/user > world:7300 40/9"]);
  });

  test("of another caller from the same port of its own is another flow", () => {
    const other = { ...CALLER, cookie: 3, source: "10.0.1.10:40001", sent: 7 };
    const answers = { ...ANSWERER, cookie: 4, destination: `${BALANCER}:40001`, received: 7 };
    assert.deepEqual(joined(swarm(), CALLER, other, ANSWERER, answers), [
      "caller > shop-web.1:7300 40/9",
      "caller > shop-web.1:7300 7/9",
    ]);
  });

  test("waits for a task's socket that one read has missed", () => {
    const table = new FlowTable();
    table.update(rows(CALLER), swarm());
    assert.deepEqual(edges(table), ["waits"]);
    table.update(rows(CALLER, ANSWERER), swarm());
    assert.deepEqual(edges(table), ["caller > shop-web.1:7300 40/9"]);
  });

  test("whose task's socket is never seen ends at the only task that there is", () => {
    const [service] = services;
    assert.ok(service);
    const single = swarm({ services: [{ ...service, taskAddresses: [TASK] }] });
    assert.deepEqual(joined(single, CALLER), ["caller > shop-web.1:7300 40/9"]);
  });

  test("that a task on another machine answers ends in the world", () => {
    assert.deepEqual(joined(swarm({ containers: [caller(), task(1, TASK)] }), CALLER), ["caller > world:7300 40/9"]);
  });

  test("that one of several tasks here must have answered says that it is not known which", () => {
    assert.deepEqual(joined(swarm(), CALLER), ["caller > container/~unknown:7300 40/9"]);
  });

  test("from another machine comes from the world", () => {
    assert.deepEqual(joined(swarm(), ANSWERER), ["world > shop-web.1:7300 40/9"]);
  });

  test("means nothing on the host itself, where the address can be anyone's", () => {
    const outside = { ...CALLER, netns: 1, cgroup: 0, comm: "curl" };
    assert.deepEqual(joined(swarm(), outside), ["host/curl > world:7300 40/9"]);
  });
});

describe("a port of the routing mesh", () => {
  const atHost = { ...CALLER, netns: 1, cgroup: 0, comm: "curl", source: `${HOST_ADDRESS}:40000` };
  const called = { ...atHost, destination: `${HOST_ADDRESS}:7490` };
  const answers = { ...ANSWERER, source: `${MESH_TASK}:7300`, destination: `${MESH_BALANCER}:40000` };

  for (const protocol of [PROTOCOL.tcp, PROTOCOL.udp]) {
    test(`ends at the task and its port, protocol ${protocol}`, () => {
      const ends = [called, answers].map((one) => ({ ...one, protocol }));
      assert.deepEqual(joined(swarm(), ...ends), ["host/curl > shop-web.1:7300 40/9"]);
    });
  }

  test("has the world's callers as the world", () => {
    assert.deepEqual(joined(swarm(), answers), ["world > shop-web.1:7300 40/9"]);
  });

  test("is no other port", () => {
    assert.deepEqual(joined(swarm(), { ...called, destination: `${HOST_ADDRESS}:7491` }), [
      "host/curl > host/~unknown:7491 40/9",
    ]);
  });
});

function caller() {
  return container("caller", { id: idOf("c"), pid: 400, addresses: ["10.0.1.9", "10.0.1.10"] });
}

function task(number: number, ...addresses: string[]) {
  return container(`shop-web.${number}`, { id: idOf(`${number}`), pid: 500 + number, addresses });
}

/** A machine of a swarm with both tasks. */
function swarm(facts: Given = {}) {
  return world({
    processes: [
      process(1),
      process(400, { netns: 4, cgroupId: 40, cgroupName: idOf("c") }),
      process(501, { netns: 5, cgroupId: 50, cgroupName: idOf("1") }),
      process(502, { netns: 6, cgroupId: 60, cgroupName: idOf("2") }),
    ],
    containers: [caller(), task(1, TASK, MESH_TASK), task(2, "10.0.1.3", "10.0.0.4")],
    services,
    ...facts,
  });
}
