import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { UdpRows } from "../../../../exporters/flow-exporter/sources/kernel/rows/udp-rows.ts";
import { isEstablished, lifeOf, takeCounts } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import type { Flow } from "../../../../exporters/flow-exporter/sources/kernel/sockets/shapes.ts";
import { type SocketValues, udpRow } from "../lib/rows.ts";
import { ENGINE_PID, world } from "../lib/world.ts";

const CLIENT = { cookie: 5, netns: 2, cgroup: 20, source: "127.0.0.1:50000", start: 1_000 };
const RESOLVER = { cookie: 6, netns: 2, destination: "127.0.0.1:50000", start: 1_000 };

/** What the kernel shows of some questions of 40 bytes and their answers of 90, by where it counts. */
type Seen = (asked: number, answered: number) => SocketValues[];
const AT_CGROUP: Seen = (asked, answered) => [
  { ...CLIENT, destination: "127.0.0.11:41234", role: ROLE.client, sent: 40 * asked, sentPackets: asked },
  { ...CLIENT, destination: "127.0.0.11:53", role: ROLE.server, received: 90 * answered, receivedPackets: answered },
  { ...RESOLVER, source: "127.0.0.11:41234", role: ROLE.server, received: 40 * asked, receivedPackets: asked },
  { ...RESOLVER, source: "127.0.0.11:53", role: ROLE.client, sent: 90 * answered, sentPackets: answered },
];
const IN_FUNCTIONS: Seen = (asked, answered) => [
  {
    ...CLIENT,
    destination: "127.0.0.11:53",
    role: ROLE.client,
    sent: 40 * asked,
    sentPackets: asked,
    received: 90 * answered,
    receivedPackets: answered,
  },
  {
    ...RESOLVER,
    source: "127.0.0.11:41234",
    role: ROLE.server,
    received: 40 * asked,
    receivedPackets: asked,
    sent: 90 * answered,
    sentPackets: answered,
  },
];

for (const [where, seen] of Object.entries({ "at the cgroup": AT_CGROUP, "in the functions": IN_FUNCTIONS })) {
  describe(`a look-up through Docker's resolver, counted ${where}`, () => {
    test("is one flow, which ends with its answer", () => {
      const watched = new Watched();
      watched.read(seen(1, 0));
      watched.read(seen(1, 0));
      assert.deepEqual(watched.sums, { opened: 1, closed: 0, sent: 40, received: 0 });
      assert.equal(watched.open, 1);
      watched.read(seen(1, 1), 9_000);
      assert.deepEqual(watched.sums, { opened: 1, closed: 1, sent: 40, received: 90 });
      assert.equal(watched.open, 0);
      for (let more = 0; more < 3; more++) watched.read(seen(1, 1), 9_000);
      assert.deepEqual(watched.lives, [{ startNs: 1_000, endNs: 9_000 }]);
      assert.equal(watched.table.flows.size, 0);
    });

    test("asks for several things before it is answered, and is one flow", () => {
      const watched = new Watched();
      watched.read(seen(2, 1));
      watched.read(seen(2, 1));
      assert.equal(watched.open, 1);
      for (let more = 0; more < 3; more++) watched.read(seen(2, 2));
      assert.deepEqual(watched.sums, { opened: 1, closed: 1, sent: 80, received: 180 });
      assert.equal(watched.lives.length, 1);
    });

    test("by a socket that has been answered before is another flow", () => {
      const watched = new Watched();
      for (let asked = 1; asked <= 3; asked++) for (let more = 0; more < 3; more++) watched.read(seen(asked, asked));
      assert.deepEqual(watched.sums, { opened: 3, closed: 3, sent: 120, received: 270 });
      // What is idle leaves the kernel's table.
      for (let more = 0; more < 3; more++) watched.read([]);
      assert.deepEqual(watched.sums, { opened: 3, closed: 3, sent: 120, received: 270 });
    });

    test("of another socket at the same port, while the first is in the kernel's table, is another flow", () => {
      const watched = new Watched();
      const next = seen(1, 1).map((one) => (one.cookie === 5 ? { ...one, cookie: 7 } : one));
      const both = [...seen(1, 1), ...next.filter(({ cookie }) => cookie === 7)];
      watched.read(seen(1, 1));
      const resolver = seen(2, 2).filter(({ cookie }) => cookie === 6);
      const now = [...both.filter(({ cookie }) => cookie !== 6), ...resolver];
      for (let more = 0; more < 3; more++) watched.read(now);
      assert.deepEqual(watched.sums, { opened: 2, closed: 2, sent: 80, received: 180 });
    });

    test("that was over is not counted again by the next exporter", () => {
      const watched = new Watched();
      for (let more = 0; more < 2; more++) watched.read(seen(1, 1));
      const next = new Watched();
      next.table.remember([...watched.table.memories()], 0);
      for (let more = 0; more < 3; more++) next.read(seen(1, 1));
      assert.deepEqual(next.sums, { opened: 0, closed: 0, sent: 0, received: 0 });
    });

    test("without an answer stays open until it is idle", () => {
      const watched = new Watched();
      for (let more = 0; more < 3; more++) watched.read(seen(1, 0));
      assert.equal(watched.open, 1);
      for (let more = 0; more < 3; more++) watched.read([]);
      assert.deepEqual(watched.sums, { opened: 1, closed: 1, sent: 40, received: 0 });
    });
  });
}

test("what the resolver asks others from a container's namespace is its own, and ends with the answer", () => {
  const watched = new Watched();
  const asks = { cookie: 9, netns: 2, pid: ENGINE_PID, source: "172.18.0.2:46226", destination: "192.0.2.53:53" };
  const answered = { ...asks, role: ROLE.client, sent: 40, sentPackets: 1, received: 90, receivedPackets: 1 };
  for (let more = 0; more < 3; more++) watched.read([answered]);
  assert.deepEqual(watched.sums, { opened: 1, closed: 1, sent: 40, received: 90 });
  assert.deepEqual(watched.ends, ["docker-dns > world:53"]);
});

/** A table and what it has handed on. */
class Watched {
  readonly lives: { startNs: number; endNs: number }[] = [];
  /** Of each that has ended. */
  readonly ends: string[] = [];
  readonly sums = { opened: 0, closed: 0, sent: 0, received: 0 };
  readonly table = new FlowTable((flow: Flow) => {
    this.lives.push(lifeOf(flow));
    this.ends.push(`${flow.edge?.source.name} > ${flow.edge?.destination.name}:${flow.edge?.destinationPort}`);
  });

  read(sockets: readonly SocketValues[], lastNs = 5_000): void {
    const rows = sockets.map((one) => udpRow(one, entryOf(one), lastNs));
    this.table.update(new UdpRows(Buffer.concat(rows)), world());
    for (const flow of this.table.takeChanged()) {
      const news = takeCounts(flow);
      if (!news) continue;
      this.sums.opened += news.opened ? 1 : 0;
      this.sums.closed += news.closed ? 1 : 0;
      this.sums.sent += news.sentBytes;
      this.sums.received += news.receivedBytes;
    }
  }

  get open(): number {
    return [...this.table.flows].filter(isEstablished).length;
  }
}

/** A number for each socket and port. */
function entryOf({ cookie, source, destination }: SocketValues): number {
  return cookie * 100 + ([source, destination].some((end) => end.endsWith(":41234")) ? 1 : 2);
}
