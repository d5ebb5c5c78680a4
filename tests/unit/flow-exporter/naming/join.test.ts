import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { joinProgram } from "../../../../exporters/flow-exporter/naming/program.ts";
import { decodePrograms } from "../../../../exporters/flow-exporter/sources/kernel/rows/program-rows.ts";
import { programRow, type SocketValues } from "../lib/rows.ts";
import { container, HOST_ADDRESS, idOf, joined, process, world } from "../lib/world.ts";

const { client, server } = ROLE;
const OUTSIDE = "93.184.216.34:443";

interface Case {
  name: string;
  sockets: SocketValues[];
  edges: string[];
}

const ownersOfSockets: Case[] = [
  {
    name: "by its cgroup",
    sockets: [{ cookie: 1, netns: 3, cgroup: 30, source: "172.18.0.3:40000", destination: OUTSIDE, role: client }],
    edges: ["db > world:443 0/0"],
  },
  {
    name: "by its network namespace, where the cgroup is the host's",
    sockets: [{ cookie: 1, netns: 3, source: "172.18.0.3:40000", destination: OUTSIDE, role: client, comm: "dockerd" }],
    edges: ["db > world:443 0/0"],
  },
  {
    name: "by its cgroup, where two containers share a namespace",
    sockets: [
      { cookie: 1, netns: 2, cgroup: 20, source: "172.18.0.2:40000", destination: OUTSIDE, role: client },
      { cookie: 2, netns: 2, cgroup: 40, source: "172.18.0.2:40001", destination: OUTSIDE, role: client },
    ],
    edges: ["web > world:443 0/0", "sidecar > world:443 0/0"],
  },
  {
    name: "by its process's cgroup, where its own is not known and the namespace is shared",
    sockets: [
      { cookie: 1, netns: 2, cgroup: 99, pid: 400, source: "172.18.0.2:40000", destination: OUTSIDE, role: client },
    ],
    edges: ["sidecar > world:443 0/0"],
  },
  {
    name: "a container on the host's network by its cgroup",
    sockets: [
      { cookie: 1, cgroup: 50, source: `${HOST_ADDRESS}:40000`, destination: OUTSIDE, role: client, comm: "agent" },
    ],
    edges: ["agent > world:443 0/0"],
  },
  {
    name: "a process of the host by its name",
    sockets: [{ cookie: 1, source: `${HOST_ADDRESS}:40000`, destination: OUTSIDE, role: client, comm: "curl" }],
    edges: ["host/curl > world:443 0/0"],
  },
  {
    name: "a process of the host by its row, where the socket has no name",
    sockets: [{ cookie: 1, pid: 1, source: `${HOST_ADDRESS}:40000`, destination: OUTSIDE, role: client }],
    edges: ["host/init > world:443 0/0"],
  },
  {
    name: "nobody, and says so",
    sockets: [{ cookie: 1, source: `${HOST_ADDRESS}:40000`, destination: OUTSIDE, role: client }],
    edges: ["host/~unknown > world:443 0/0"],
  },
];

const remoteEnds: Case[] = [
  {
    name: "a container by its address",
    sockets: [
      { cookie: 1, netns: 2, cgroup: 20, source: "172.18.0.2:40000", destination: "172.18.0.3:5432", role: client },
    ],
    edges: ["web > db:5432 0/0"],
  },
  {
    name: "a container by its address, as a server's client",
    sockets: [
      { cookie: 1, netns: 3, cgroup: 30, source: "172.18.0.3:5432", destination: "172.18.0.2:40000", role: server },
    ],
    edges: ["web > db:5432 0/0"],
  },
  {
    name: "loopback: the same namespace's only container",
    sockets: [
      { cookie: 1, netns: 3, cgroup: 30, source: "127.0.0.1:40000", destination: "127.0.0.1:80", role: client },
    ],
    edges: ["db > db:80 0/0"],
  },
  {
    name: "loopback of the host, other socket not seen",
    sockets: [{ cookie: 1, source: "127.0.0.1:40000", destination: "127.0.0.1:80", role: client, comm: "curl" }],
    edges: ["host/curl > host/~unknown:80 0/0"],
  },
  {
    name: "the host's own address",
    sockets: [
      { cookie: 1, netns: 3, cgroup: 30, source: "172.18.0.3:40000", destination: "172.18.0.1:22", role: client },
    ],
    edges: ["db > host/~unknown:22 0/0"],
  },
  {
    name: "a published port: the container and the port behind it",
    sockets: [
      {
        cookie: 1,
        netns: 3,
        cgroup: 30,
        source: "172.18.0.3:40000",
        destination: `${HOST_ADDRESS}:8080`,
        role: client,
      },
    ],
    edges: ["db > web:80 0/0"],
  },
  {
    name: "anything else is the world, also where it connects",
    sockets: [
      { cookie: 1, netns: 3, cgroup: 30, source: "172.18.0.3:5432", destination: "203.0.113.5:50000", role: server },
    ],
    edges: ["world > db:5432 0/0"],
  },
];

const pairs: Case[] = [
  {
    name: "one edge, with the client's counters",
    sockets: [
      {
        cookie: 1,
        netns: 2,
        cgroup: 20,
        source: "172.18.0.2:40000",
        destination: "172.18.0.3:5432",
        role: client,
        sent: 10,
        received: 4,
      },
      {
        cookie: 2,
        netns: 3,
        cgroup: 30,
        source: "172.18.0.3:5432",
        destination: "172.18.0.2:40000",
        role: server,
        sent: 7,
        received: 9,
      },
    ],
    edges: ["web > db:5432 10/4"],
  },
  {
    name: "in either order",
    sockets: [
      {
        cookie: 2,
        netns: 3,
        cgroup: 30,
        source: "172.18.0.3:5432",
        destination: "172.18.0.2:40000",
        role: server,
        sent: 7,
        received: 9,
      },
      {
        cookie: 1,
        netns: 2,
        cgroup: 20,
        source: "172.18.0.2:40000",
        destination: "172.18.0.3:5432",
        role: client,
        sent: 10,
        received: 4,
      },
    ],
    edges: ["web > db:5432 10/4"],
  },
  {
    name: "two host processes on loopback",
    sockets: [
      { cookie: 1, source: "127.0.0.1:40000", destination: "127.0.0.1:80", role: client, comm: "curl", sent: 5 },
      { cookie: 2, source: "127.0.0.1:80", destination: "127.0.0.1:40000", role: server, comm: "httpd", received: 5 },
    ],
    edges: ["host/curl > host/httpd:80 5/0"],
  },
  {
    name: "a host process at loopback, and another one at another address of the host",
    sockets: [
      { cookie: 1, source: "127.0.0.1:40000", destination: `${HOST_ADDRESS}:80`, role: client, comm: "curl", sent: 5 },
      { cookie: 2, source: `${HOST_ADDRESS}:80`, destination: "127.0.0.1:40000", role: server, comm: "httpd", sent: 3 },
    ],
    edges: ["host/curl > host/httpd:80 5/0"],
  },
  {
    name: "a container at its own address, and at its loopback",
    sockets: [
      {
        cookie: 1,
        netns: 3,
        cgroup: 30,
        source: "172.18.0.3:40000",
        destination: "127.0.0.1:80",
        role: client,
        sent: 5,
      },
      {
        cookie: 2,
        netns: 3,
        cgroup: 30,
        source: "127.0.0.1:80",
        destination: "172.18.0.3:40000",
        role: server,
        sent: 3,
      },
    ],
    edges: ["db > db:80 5/0"],
  },
  {
    name: "loopback of two namespaces is not one connection",
    sockets: [
      {
        cookie: 1,
        netns: 3,
        cgroup: 30,
        source: "127.0.0.1:40000",
        destination: "127.0.0.1:80",
        role: client,
        sent: 5,
      },
      { cookie: 2, source: "127.0.0.1:80", destination: "127.0.0.1:40000", role: server, comm: "httpd", received: 6 },
    ],
    edges: ["db > db:80 5/0", "host/~unknown > host/httpd:80 6/0"],
  },
  {
    name: "through a published port, where each end sees another destination",
    sockets: [
      {
        cookie: 1,
        source: `${HOST_ADDRESS}:40000`,
        destination: `${HOST_ADDRESS}:8080`,
        role: client,
        comm: "curl",
        sent: 5,
      },
      {
        cookie: 2,
        netns: 2,
        cgroup: 20,
        source: "172.18.0.2:80",
        destination: `${HOST_ADDRESS}:40000`,
        role: server,
        received: 5,
      },
    ],
    edges: ["host/curl > web:80 5/0"],
  },
  {
    name: "through a published port from another network, where the server sees the host instead",
    sockets: [
      {
        cookie: 1,
        netns: 3,
        cgroup: 30,
        source: "172.18.0.3:40000",
        destination: `${HOST_ADDRESS}:8080`,
        role: client,
        sent: 5,
      },
      {
        cookie: 2,
        netns: 2,
        cgroup: 20,
        source: "172.18.0.2:80",
        destination: "172.18.0.1:40000",
        role: server,
        received: 5,
      },
    ],
    edges: ["db > web:80 5/0"],
  },
  {
    name: "a socket connected to itself is one flow",
    sockets: [
      {
        cookie: 1,
        source: "127.0.0.1:4000",
        destination: "127.0.0.1:4000",
        role: client,
        comm: "odd",
        sent: 5,
        received: 5,
      },
    ],
    edges: ["host/odd > host/~unknown:4000 5/5"],
  },
  {
    name: "a server whose client is not seen counts what it received as sent",
    sockets: [
      {
        cookie: 2,
        netns: 3,
        cgroup: 30,
        source: "172.18.0.3:5432",
        destination: "203.0.113.5:50000",
        role: server,
        sent: 7,
        received: 9,
      },
    ],
    edges: ["world > db:5432 9/7"],
  },
];

const unknownRoles: Case[] = [
  {
    name: "the other end's role decides",
    sockets: [
      { cookie: 1, source: "127.0.0.1:80", destination: "127.0.0.1:40000", comm: "curl" },
      { cookie: 2, source: "127.0.0.1:40000", destination: "127.0.0.1:80", role: server, comm: "httpd" },
    ],
    edges: ["host/curl > host/httpd:40000 0/0"],
  },
  {
    name: "else the lower port serves",
    sockets: [
      { cookie: 1, netns: 2, cgroup: 20, source: "172.18.0.2:40000", destination: "172.18.0.3:5432" },
      { cookie: 2, netns: 3, cgroup: 30, source: "172.18.0.3:5432", destination: "172.18.0.2:40001" },
    ],
    edges: ["web > db:5432 0/0", "web > db:5432 0/0"],
  },
];

suite("whose a socket is", ownersOfSockets);
suite("who the other end is", remoteEnds);
suite("both ends on this host", pairs);
suite("roles that the kernel does not know", unknownRoles);

describe("what does not become a flow", () => {
  test("listening and closed sockets", () => {
    const listening = { cookie: 1, source: "0.0.0.0:80", destination: "0.0.0.0:0", state: 10 };
    assert.deepEqual(joined(world(), listening, { ...listening, cookie: 2, state: 7 }), []);
  });
});

describe("names", () => {
  const socket = { cookie: 1, netns: 3, cgroup: 30, source: "172.18.0.3:40000", destination: OUTSIDE, role: client };

  test("a container called world is not the world", () => {
    const containers = [container("world", { id: idOf("b"), pid: 300 })];
    assert.deepEqual(joined(world({ containers }), socket), ["container/world > world:443 0/0"]);
  });

  test("a container Docker does not name has its short id while Docker is out of reach", () => {
    const seen = world({ containers: [], metadataVersion: 0, metadataUp: false });
    assert.deepEqual(joined(seen, socket), ["container/bbbbbbbbbbbb > world:443 0/0"]);
  });

  test("the host's only host-network container does not own the host's sockets, even where init is hidden", () => {
    const seen = world({ processes: [process(500, { cgroupId: 50, cgroupName: idOf("d") }), process(2)] });
    const sshd = {
      cookie: 1,
      source: `${HOST_ADDRESS}:22`,
      destination: "203.0.113.5:50000",
      role: server,
      comm: "sshd",
    };
    assert.deepEqual(joined(seen, sshd), ["world > host/sshd:22 0/0"]);
  });
});

function suite(name: string, cases: Case[]): void {
  describe(name, () => {
    for (const { name: title, sockets, edges } of cases) {
      test(title, () => assert.deepEqual(joined(world(), ...sockets), edges));
    }
  });
}

describe("whose a BPF program is", () => {
  const program = decodePrograms(
    programRow({ id: 5, type: 26, name: "follow", attach_name: "inet_sock_set_state", runs: 3, run_time_ns: 900 }),
  )[0];
  const holderOf = (holderPid: number, holderComm = "") => {
    assert.ok(program);
    return joinProgram({ ...program, holderPid, holderComm }, world()).holder?.name;
  };

  test("it is decoded with its type's name", () => {
    assert.deepEqual(program, {
      id: 5,
      type: "tracing",
      name: "follow",
      attachName: "inet_sock_set_state",
      runs: 3,
      runTimeNs: 900,
      recursionMisses: 0,
      holderPid: 0,
      holderComm: "",
    });
  });

  test("the container of the process that holds it, else the process, else nobody's", () => {
    assert.deepEqual(
      [holderOf(200), holderOf(1), holderOf(999, "bpftool"), holderOf(0)],
      ["web", "host/init", "host/bpftool", undefined],
    );
  });
});
