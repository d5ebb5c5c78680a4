import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Tenures } from "../../../../exporters/flow-exporter/metadata/tenures.ts";
import type { Container } from "../../../../exporters/flow-exporter/model/container.ts";
import { PROTOCOL, ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { container, edges, HOST_ADDRESS, idOf, process, rows, world } from "../lib/world.ts";

const ADDRESS = "172.18.0.9";
const SECOND_NS = 1e9;
const PORT = { protocol: PROTOCOL.tcp, hostPort: 8090, containerPort: 80 };
const has = (name: string, digit: string, pid: number, addresses = [ADDRESS]) =>
  container(name, { id: idOf(digit), pid, addresses, publishedPorts: addresses.length > 0 ? [PORT] : [] });

const FORMER = has("former", "e", 60);
const LATTER = has("latter", "f", 70);
/** Seconds since boot at which their first processes began. */
const STARTS = new Map([
  [60, 10],
  [70, 110],
]);

/** What Docker reported, second by second. */
function reported(...answers: [seconds: number, running: Container[], gone?: Container[]][]): Tenures {
  const tenures = new Tenures(300 * SECOND_NS);
  const startOf = ({ pid }: Container) => (STARTS.get(pid) ?? 0) * SECOND_NS;
  for (const [seconds, running, gone = []] of answers) tenures.update(running, gone, startOf, seconds * SECOND_NS);
  return tenures;
}

const nameAt = (tenures: Tenures, seconds: number) => {
  const holder = tenures.ofAddress(ADDRESS, seconds * SECOND_NS);
  return typeof holder === "object" ? holder.name : holder;
};

describe("an address that one container had, and another has now", () => {
  const tenures = reported([50, [FORMER]], [101, [], [FORMER]], [111, [LATTER], [FORMER]]);

  test("was each one's while it had it", () => {
    const seconds = [20, 100, 104, 109, 110, 200];
    assert.deepEqual(
      seconds.map((at) => nameAt(tenures, at)),
      ["former", "former", "nobody", "latter", "latter", "latter"],
    );
  });

  test("is the later one's from the time on at which it has joined the network, if it has run before", () => {
    const joined = reported([50, [FORMER, has("latter", "f", 0, [])]], [101, [has("latter", "f", 0)], [FORMER]]);
    assert.equal(nameAt(joined, 40), "former");
    assert.equal(nameAt(joined, 102), "latter");
  });

  test("was that of one that came and went between two answers", () => {
    const brief = reported([50, [FORMER]], [120, [], [FORMER, has("brief", "d", 0)]]);
    assert.equal(nameAt(brief, 49), "former");
    assert.equal(nameAt(brief, 110), "brief");
  });

  test("expires five minutes after the last had it", () => {
    assert.equal(nameAt(reported([50, [FORMER]], [100, []], [401, []]), 60), undefined);
    assert.equal(nameAt(reported([50, [FORMER]], [100, []], [399, []]), 60), "former");
  });
});

test("an address that two containers have, on networks of their own, stays with both", () => {
  const both = [FORMER, has("latter", "f", 70)];
  const tenures = reported([50, both], [60, both], [70, both]);
  const ofAddress = tenures.state.held.filter(({ place }) => place === ADDRESS);
  assert.deepEqual(
    ofAddress.map(({ containerId, untilNs }) => [containerId, untilNs]),
    both.map(({ id }) => [id, undefined]),
  );
});

describe("what the next exporter is handed", () => {
  const before = reported([50, [FORMER, has("latter", "f", 70, [])]]);
  const next = (known: Container[]) => {
    const tenures = new Tenures(300 * SECOND_NS);
    tenures.restore(structuredClone(before.state), known);
    return tenures;
  };

  test("is who had an address, and what became of it meanwhile is nobody's where it cannot be known whose", () => {
    const tenures = next([FORMER]);
    // The heir has run for longer, and so can have got it at any time.
    tenures.update([LATTER], [FORMER], () => 5 * SECOND_NS, 90 * SECOND_NS);
    assert.deepEqual(
      [40, 50, 51, 89, 90, 91].map((at) => nameAt(tenures, at)),
      ["former", "former", "nobody", "nobody", "latter", "latter"],
    );
  });

  test("is nobody's too where the heir had only just begun, but is known to have had another address first", () => {
    const started = reported([50, [FORMER, has("latter", "f", 70, ["172.18.0.10"])]]);
    const tenures = new Tenures(300 * SECOND_NS);
    tenures.restore(started.state, [FORMER, LATTER]);
    tenures.update([LATTER], [FORMER], () => 45 * SECOND_NS, 90 * SECOND_NS);
    assert.deepEqual(
      [40, 51, 89, 90].map((at) => nameAt(tenures, at)),
      ["former", "nobody", "nobody", "latter"],
    );
  });

  test("goes on for who has it still, and ends where its heir began", () => {
    const tenures = next([FORMER]);
    tenures.update([FORMER], [], () => 10 * SECOND_NS, 90 * SECOND_NS);
    assert.equal(nameAt(tenures, 70), "former");
    tenures.update([LATTER], [FORMER], () => 95 * SECOND_NS, 100 * SECOND_NS);
    assert.deepEqual([nameAt(tenures, 94), nameAt(tenures, 95)], ["former", "latter"]);
  });

  test("is not who had one that nobody knows any more", () => {
    assert.equal(nameAt(next([]), 40), undefined);
  });
});

describe("a flow to a container whose address another has by the time that it is read", () => {
  const later = {
    processes: [process(1, { comm: "init" }), process(70, { netns: 7, startNs: 110 * SECOND_NS })],
    containers: [LATTER],
    goneContainers: [FORMER],
    tenures: reported([50, [FORMER]], [111, [LATTER], [FORMER]]),
    nowNs: 112 * SECOND_NS,
  };
  const flow = (start: number, destination: string) => ({
    cookie: start,
    source: `${HOST_ADDRESS}:40000`,
    destination,
    role: ROLE.client,
    comm: "curl",
    start: start * SECOND_NS,
    sent: 18_800,
  });
  test("ends at the one that had it", () => {
    const read = (start: number, destination?: string) => {
      const table = new FlowTable();
      const one = flow(start, destination ?? `${ADDRESS}:80`);
      table.update(rows(one), world(later));
      table.update(rows(one), world(later));
      return edges(table);
    };
    assert.deepEqual(read(90), ["host/curl > former:80 18800/0"]);
    assert.deepEqual(read(111), ["host/curl > latter:80 18800/0"]);
    assert.deepEqual(read(90, `${HOST_ADDRESS}:8090`), ["host/curl > former:80 18800/0"]);
    assert.deepEqual(read(111, `${HOST_ADDRESS}:8090`), ["host/curl > latter:80 18800/0"]);
  });

  test("ends at an unknown one where none is known that had it", () => {
    const unknown = { ...later, goneContainers: [], tenures: reported([111, [LATTER]]) };
    const table = new FlowTable();
    const one = flow(90, `${ADDRESS}:80`);
    table.update(rows(one), world(unknown));
    table.update(rows(one), world(unknown));
    assert.deepEqual(edges(table), ["host/curl > container/~unknown:80 18800/0"]);
  });
});
