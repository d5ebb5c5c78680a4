import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ROLE } from "../../../../../../exporters/flow-exporter/model/socket.ts";
import { UdpRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/udp-rows.ts";
import { lifeOf, takeCounts } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow.ts";
import { FlowTable } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { type SocketValues, udpRow } from "../../../lib/rows.ts";
import { closed, container, edges, idOf, process, rows, world } from "../../../lib/world.ts";

const CLIENT: SocketValues = {
  cookie: 1,
  netns: 2,
  cgroup: 20,
  source: "172.18.0.2:40000",
  destination: "172.18.0.3:5432",
  role: ROLE.client,
};
const SERVER: SocketValues = {
  cookie: 2,
  netns: 3,
  cgroup: 30,
  source: "172.18.0.3:5432",
  destination: "172.18.0.2:40000",
  role: ROLE.server,
};

const LONE: SocketValues = { ...CLIENT, destination: "93.184.216.34:443" };

describe("from read to read", () => {
  test("only what is new is handed on", () => {
    const table = new FlowTable();
    assert.deepEqual(newBytes(table, { ...LONE, sent: 100, received: 10 }), [[100, 10]]);
    assert.deepEqual(newBytes(table, { ...LONE, sent: 130, received: 10 }), [[30, 0]]);
    assert.deepEqual(newBytes(table, { ...LONE, sent: 130, received: 10 }), [[0, 0]]);
  });

  test("a connection keeps its start over a tracer that does not know it", () => {
    const before = new FlowTable();
    const known = { ...LONE, start: 5_000, sent: 100 };
    newBytes(before, known);
    const after = new FlowTable();
    after.remember(before.memories(), 0);
    assert.deepEqual(newBytes(after, { ...known, start: 0, sent: 130 }), [[30, 0]]);
    assert.deepEqual([...after.flows].map(lifeOf), [{ startNs: 5_000, endNs: 0 }]);
    assert.deepEqual(newBytes(after, { ...known, start: 0, sent: 135 }), [[5, 0]]);
  });

  test("a counter that goes down hands on nothing", () => {
    const table = new FlowTable();
    newBytes(table, { ...LONE, sent: 100 });
    assert.deepEqual(newBytes(table, { ...LONE, sent: 40 }), [[0, 0]]);
    assert.deepEqual(newBytes(table, { ...LONE, sent: 101 }), [[1, 0]]);
  });

  test("a closed flow leaves, with nothing more to hand on", () => {
    const table = new FlowTable();
    newBytes(table, { ...CLIENT, sent: 100 }, SERVER);
    assert.deepEqual(newBytes(table), [[0, 0]]);
    assert.deepEqual(newBytes(table), [[0, 0]]);
    assert.deepEqual(newBytes(table), []);
  });

  test("a server that outlives its client completes what the client sent, and keeps its name", () => {
    const table = new FlowTable();
    table.update(rows({ ...CLIENT, sent: 100 }, { ...SERVER, received: 100 }), world());
    table.update(rows({ ...SERVER, received: 140, pid: 300 }), world());
    assert.deepEqual(edges(table), ["web > db:5432 140/0"]);
  });

  test("the same addresses again, on new sockets, are a new flow", () => {
    const table = new FlowTable();
    newBytes(table, { ...CLIENT, sent: 100 }, SERVER);
    const again = newBytes(table, { ...CLIENT, cookie: 11, sent: 30 }, { ...SERVER, cookie: 12 });
    assert.deepEqual(again, [
      [0, 0],
      [30, 0],
    ]);
  });

  test("a socket that was connected again starts anew", () => {
    const table = new FlowTable();
    newBytes(table, { ...LONE, sent: 100 });
    assert.deepEqual(newBytes(table, { ...LONE, source: "172.18.0.2:40009", sent: 30 }), [
      [0, 0],
      [30, 0],
    ]);
    newBytes(table, { ...LONE, source: "172.18.0.2:40009", sent: 30 });
    assert.equal(newBytes(table, { ...LONE, source: "172.18.0.2:40009", sent: 30 }).length, 1);
  });

  test("an owner found later names the flow", () => {
    const table = new FlowTable();
    const unowned = { ...LONE, netns: 1, cgroup: 0 };
    table.update(rows(unowned), world());
    table.update(rows({ ...unowned, pid: 7, comm: "curl" }), world());
    assert.deepEqual(edges(table), ["host/curl > world:443 0/0"]);
  });
});

describe("an end on this host that one read missed", () => {
  test("is waited for until the next read, then counted once", () => {
    const table = new FlowTable();
    table.update(rows({ ...CLIENT, sent: 60 }), world());
    assert.deepEqual(edges(table), ["waits"]);
    table.update(rows({ ...SERVER, received: 60, sent: 5 }, { ...CLIENT, sent: 70, received: 5 }), world());
    assert.deepEqual(edges(table), ["web > db:5432 70/5"]);
  });

  test("that shows when the other has closed is still the same flow", () => {
    const table = new FlowTable();
    table.update(rows({ ...CLIENT, sent: 60 }), world());
    table.update(rows({ ...SERVER, received: 64 }), world());
    assert.deepEqual(edges(table), ["web > db:5432 64/0"]);
  });

  test("and that never shows leaves a flow that counts in full, even when it has ended by then", () => {
    const table = new FlowTable();
    assert.deepEqual(newBytes(table, { ...CLIENT, sent: 60 }), [[0, 0]]);
    assert.deepEqual(newBytes(table), [[60, 0]]);
    assert.deepEqual(newBytes(table), [[0, 0]]);
    assert.deepEqual(newBytes(table), []);
  });

  test("the server counts until the client shows, and the client from then on", () => {
    const table = new FlowTable();
    const server = { ...SERVER, received: 60, sent: 5 };
    newBytes(table, server);
    assert.deepEqual(newBytes(table, server), [[60, 5]]);
    assert.deepEqual(newBytes(table, server, { ...CLIENT, sent: 70, received: 5 }), [[10, 0]]);
  });
});

describe("a container Docker has not reported yet", () => {
  const fresh = process(900, { netns: 9, cgroupId: 90, cgroupName: idOf("e") });
  const before = () => world({ processes: [process(1), fresh] });
  const after = (name?: string) =>
    world({
      processes: [process(1), fresh],
      containers: name ? [container(name, { id: idOf("e"), pid: 900 })] : [],
      metadataVersion: 2,
    });
  const socket = { ...CLIENT, netns: 9, cgroup: 90, destination: "93.184.216.34:443", sent: 100 };

  test("and whose socket one read has missed, does not pass for the world", () => {
    const table = new FlowTable();
    const server = {
      ...SERVER,
      netns: 1,
      cgroup: 0,
      comm: "sshd",
      source: "192.168.1.10:22",
      destination: "172.18.0.9:40000",
    };
    table.update(rows({ ...server, received: 100 }), before());
    assert.deepEqual(edges(table), ["waits"]);
    const client = { ...socket, source: "172.18.0.9:40000", destination: "192.168.1.10:22" };
    table.update(rows({ ...server, received: 100 }, client), before());
    table.update(rows(), after("new"));
    assert.deepEqual(edges(table), ["new > host/sshd:22 100/0"]);
  });

  test("waits for Docker's next answer, then counts in full under its name", () => {
    const table = new FlowTable();
    table.update(rows(socket), before());
    assert.deepEqual(edges(table), ["waits"]);
    assert.deepEqual([...table.awaitedContainers], [idOf("e")]);
    table.update(rows({ ...socket, sent: 120 }), after("new"));
    assert.deepEqual(edges(table), ["new > world:443 120/0"]);
    assert.equal(table.awaitedContainers.size, 0);
  });

  test("that Docker does not know either is counted under its short id, and not asked for again", () => {
    const table = new FlowTable();
    table.update(rows(socket), before());
    table.update(rows(socket), after());
    assert.deepEqual(edges(table), ["container/eeeeeeeeeeee > world:443 100/0"]);
    assert.equal(table.awaitedContainers.size, 0);
  });

  test("is counted although its flow ended before Docker's answer", () => {
    const table = new FlowTable();
    table.update(rows(socket), before());
    table.update(rows(), before());
    assert.deepEqual(edges(table), ["waits"]);
    assert.deepEqual(newBytes(table, after("new")), [[100, 0]]);
    assert.deepEqual(edges(table), ["new > world:443 100/0"]);
    assert.deepEqual(newBytes(table, after("new")), []);
  });

  test("does not wait for a Docker that is out of reach, and gets its name when it is back", () => {
    const table = new FlowTable();
    table.update(rows(socket), { ...before(), metadataUp: false });
    assert.deepEqual(edges(table), ["container/eeeeeeeeeeee > world:443 100/0"]);
    assert.deepEqual(newBytes(table, { ...socket, sent: 105 }, after("new")), [[5, 0]]);
    assert.deepEqual(edges(table), ["new > world:443 105/0"]);
  });
});

describe("closed flows", () => {
  const refused = { ...LONE, cookie: 5, destination: "172.18.0.3:9999", start: 7 };

  test("seen only as closed, are one flow of both ends, counted at once", () => {
    const table = new FlowTable();
    const ends = closed(
      [{ ...CLIENT, sent: 9, received: 4 }, { sequence: 1 }],
      [{ ...SERVER, sent: 4, received: 9 }, { sequence: 2 }],
    );
    table.update(rows(), world(), ends);
    assert.deepEqual(edges(table), ["web > db:5432 9/4"]);
  });

  for (const [name, client, server] of [
    ["the client", { sent: 100, received: 1_000_000 }, { sent: 40, received: 100 }],
    ["the server", { sent: 100, received: 40 }, { sent: 40, received: 1_000_000 }],
  ] as const) {
    test(`with an end that has received more than was sent, ${name}: what the other has sent counts`, () => {
      const table = new FlowTable();
      const both = [
        { ...CLIENT, ...client },
        { ...SERVER, ...server },
      ] as const;
      table.update(rows(...both), world());
      assert.deepEqual(edges(table), ["web > db:5432 100/40"]);
      table.update(rows(), world(), closed([both[0], { sequence: 1 }], [both[1], { sequence: 2 }]));
      assert.deepEqual(edges(table), ["web > db:5432 100/40"]);
    });
  }

  test("taken ahead of their read, are over once both ends have been, and others stay for the read", () => {
    const table = new FlowTable();
    const [client, server, lone] = [
      { ...CLIENT, sent: 9 },
      { ...SERVER, received: 9 },
      { ...LONE, cookie: 5 },
    ];
    const [all = assert.fail()] = closed([client, { sequence: 1 }], [server, { sequence: 2 }], [lone, { sequence: 3 }]);
    const take = (index: number) => table.takeClosed({ ...all, indexes: [index] }, world());
    assert.deepEqual(take(0), []);
    assert.deepEqual(edges(table), ["waits"]);
    const brief = take(1);
    assert.deepEqual(
      brief.map((flow) => [flow.edge?.destination.name, takeCounts(flow)?.sentBytes]),
      [["db", 9]],
    );
    assert.deepEqual([[...table.flows], [...table.takeChanged()]], [[], []]);
    assert.deepEqual(take(2), []);
    table.update(rows(client, server), world());
    assert.equal(table.flows.size, 1, "live rows that lag behind are no new flows");
  });

  test("whose other end closes after the next read, wait for it", () => {
    const table = new FlowTable();
    table.update(rows(), world(), closed([{ ...CLIENT, sent: 9 }, { sequence: 1 }]));
    assert.deepEqual(edges(table), ["waits"]);
    table.update(rows(), world(), closed([{ ...SERVER, received: 9, sent: 3 }, { sequence: 2 }]));
    assert.deepEqual(edges(table), ["web > db:5432 9/0"]);
  });

  test("that failed do not wait for another end", () => {
    const table = new FlowTable();
    table.update(rows(), world(), closed([refused, { sequence: 1, error: 111, lastState: 2 }]));
    assert.deepEqual([...table.flows].map(takeCounts), [
      { sentBytes: 0, receivedBytes: 0, retransmits: 0, opened: false, closed: false, failed: true },
    ]);
  });

  test("hand on each event of their life once", () => {
    const table = new FlowTable();
    const events: string[] = [];
    const step = (...arguments_: Parameters<FlowTable["update"]>) => {
      table.update(...arguments_);
      for (const flow of table.flows) {
        const { opened, closed: ended, failed } = takeCounts(flow) ?? {};
        events.push([opened && "opened", ended && "closed", failed && "failed"].filter(Boolean).join());
      }
    };
    step(rows({ ...LONE, state: 2, start: 7 }), world());
    step(rows({ ...LONE, start: 7 }), world());
    step(rows({ ...LONE, start: 7, state: 4 }), world());
    step(
      rows(),
      world(),
      closed([
        { ...LONE, start: 7 },
        { sequence: 1, lastState: 4 },
      ]),
    );
    step(rows(), world());
    assert.deepEqual(events, ["", "opened", "", "closed"]);
  });

  test("that a live row of the same moment still shows do not begin again", () => {
    const table = new FlowTable();
    table.update(rows({ ...LONE, sent: 5 }), world(), closed([{ ...LONE, sent: 5 }, { sequence: 1 }]));
    table.update(rows(), world());
    assert.deepEqual([...table.flows], []);
  });

  test("segments sent again count, from either end", () => {
    const table = new FlowTable();
    table.update(rows({ ...CLIENT, retransmits: 2 }, { ...SERVER, retransmits: 3 }), world());
    assert.deepEqual(
      [...table.flows].map((flow) => takeCounts(flow)?.retransmits),
      [5],
    );
  });
});

describe("a container of which nothing is known yet", () => {
  const gone = { ...LONE, netns: 9, cgroup: 90, sent: 8 };
  const late = (seconds: number, known: [number, string][] = []) =>
    world({
      nowNs: seconds * 1e9,
      cgroups: new Map([[20, idOf("a")], ...known]),
      goneContainers: [container("brief", { id: idOf("e") })],
    });

  test("is waited for, and named by what comes within three seconds", () => {
    const table = new FlowTable();
    table.update(rows(), late(100), closed([gone, { sequence: 1 }]));
    assert.deepEqual(edges(table), ["waits"]);
    table.update(rows(), late(102, [[90, idOf("e")]]));
    assert.deepEqual(edges(table), ["brief > world:443 8/0"]);
  });

  test("is an unknown one after that, or a host's process in the host's namespace", () => {
    const table = new FlowTable();
    const command = { ...gone, cookie: 2, netns: 1, comm: "curl", source: "192.168.1.10:5" };
    table.update(rows(), late(100), closed([gone, { sequence: 1 }], [command, { sequence: 2 }]));
    table.update(rows(), late(103));
    assert.deepEqual(edges(table), ["container/~unknown > world:443 8/0", "host/curl > world:443 8/0"]);
  });
});

describe("UDP", () => {
  const udp = (...all: [SocketValues, number][]) =>
    new UdpRows(Buffer.concat(all.map(([one, entry]) => udpRow(one, entry))));
  const asks = {
    cookie: 5,
    netns: 2,
    cgroup: 20,
    source: "127.0.0.1:50000",
    destination: "127.0.0.11:41234",
    sent: 40,
  };
  const hears = { ...asks, destination: "127.0.0.11:53", sent: 0, received: 90, role: ROLE.server };

  test("a question to Docker's resolver is one edge, whatever port it answers from", () => {
    const table = new FlowTable();
    const read = udp([{ ...asks, role: ROLE.client }, 1], [hears, 2]);
    table.update(read, world());
    table.update(read, world());
    assert.deepEqual(edges(table), ["web > docker-dns:53 40/90"]);
  });

  test("a question counted at the cgroup pairs with the resolver's sockets, in whatever order they show", () => {
    const question = { ...asks, role: ROLE.client };
    const rows = [question, hears, resolverOf(question, 0), resolverOf(hears, 0)];
    for (const order of permutations(rows)) {
      const table = new FlowTable();
      const read = udp(...order.map((one, index): [SocketValues, number] => [one, index + 1]));
      table.update(read, world());
      table.update(read, world());
      assert.deepEqual(edges(table).sort(), ["web > docker-dns:53 40/90"]);
    }
  });

  test("a question counted where it is built pairs with the resolver's socket behind its own port", () => {
    const client = { ...asks, destination: "127.0.0.11:53", received: 90, role: ROLE.client };
    for (const order of permutations([client, resolverOf(client, 41234)])) {
      const table = new FlowTable();
      const read = udp(...order.map((one, index): [SocketValues, number] => [one, index + 1]));
      table.update(read, world());
      table.update(read, world());
      assert.deepEqual(edges(table), ["web > docker-dns:53 40/90"]);
    }
  });

  test("entries of one socket are flows of their own, and end when they are gone", () => {
    const table = new FlowTable();
    const to = (address: string, sent: number) => ({ ...LONE, destination: `${address}:53`, sent });
    table.update(udp([to("9.9.9.9", 5), 1], [to("8.8.8.8", 6), 2]), world());
    assert.deepEqual(edges(table), ["web > world:53 5/0", "web > world:53 6/0"]);
    table.update(udp([to("8.8.8.8", 7), 2]), world());
    table.update(udp([to("8.8.8.8", 7), 2]), world());
    table.update(udp([to("8.8.8.8", 7), 2]), world());
    assert.deepEqual(edges(table), ["web > world:53 7/0"]);
  });
});

type World = ReturnType<typeof world>;

/** The resolver's end of what a client's socket shows, at another port than the client sees where one is given. */
function resolverOf({ source, destination, sent = 0, received = 0, role, netns = 2 }: SocketValues, port: number) {
  return {
    cookie: 6,
    netns,
    source: port === 0 ? destination : `127.0.0.11:${port}`,
    destination: source,
    sent: received,
    received: sent,
    role: role === ROLE.client ? ROLE.server : ROLE.client,
  };
}

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]];
  return all.flatMap((one, at) => permutations(all.toSpliced(at, 1)).map((rest) => [one, ...rest]));
}

/** What one read hands on, per flow: bytes sent and received. */
function newBytes(table: FlowTable, ...arguments_: (SocketValues | World)[]): number[][] {
  const sockets = arguments_.filter((one): one is SocketValues => "cookie" in one);
  const seen = arguments_.find((one): one is World => "containers" in one) ?? world();
  table.update(rows(...sockets), seen);
  return [...table.flows].map((flow) => {
    const { sentBytes = 0, receivedBytes = 0 } = takeCounts(flow) ?? {};
    return [sentBytes, receivedBytes];
  });
}
