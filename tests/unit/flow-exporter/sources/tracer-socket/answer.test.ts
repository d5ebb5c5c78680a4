import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer } from "../../../../../exporters/flow-exporter/sources/tracer-socket/answer.ts";
import type { Fault } from "../../../../../exporters/flow-exporter/sources/tracer-socket/faults.ts";
import { mirrored, told } from "../../lib/connections.ts";

const ONE = JSON.stringify(told({ sport: 1 }));
const TWO = JSON.stringify(told({ sport: 2 }));

/** The ports of the connections that are kept, and the faults. */
async function read(text: string, fault?: Fault) {
  const { connections, faults } = await readAnswer({ text, fault });
  return [connections.map(({ connection }) => connection.sport), Object.fromEntries(faults)];
}

test("a whole answer is taken as it is; an empty list may be null", async () => {
  assert.deepEqual(await read(`{"connections":[${ONE},${TWO}]}`), [[1, 2], {}]);
  assert.deepEqual(await read('{"connections":[]}'), [[], {}]);
  assert.deepEqual(await read('{"connections":null}'), [[], {}]);
});

test("an answer with a closing brace too many says so, and keeps its connections", async () => {
  assert.deepEqual(await read(`{"connections":[${ONE},${TWO}]}}`), [[1, 2], { extra_brace: 1 }]);
  assert.deepEqual(await read(`{"connections":[${ONE}},${TWO}]}`), [[1, 2], { extra_brace: 1 }]);
  assert.deepEqual(await read('{"connections":[]}}'), [[], { extra_brace: 1 }]);
});

test("of an answer that breaks off, wherever it does, the whole connections are kept", async () => {
  const text = `{"connections":[${ONE},${TWO}]}`;
  for (let length = 1; length < text.length; length++) {
    const [ports, faults] = await read(text.slice(0, length));
    const kept = text.slice(0, length).split("}").length - 1;
    assert.deepEqual([ports, faults], [[1, 2].slice(0, kept), { truncated: 1 }], `${length}`);
  }
  assert.deepEqual(await read(text.slice(0, -5), "too_long"), [[1], { too_long: 1 }]);
});

test("what is no answer says so", async () => {
  assert.deepEqual(await read("busy"), [[], { no_json: 1 }]);
  assert.deepEqual(await read(""), [[], { no_json: 1 }]);
  for (const text of ["null", "5", '"a"', "[]", "{}", '{"connections":{}}', '{"connections":"none"}']) {
    assert.deepEqual(await read(text), [[], { no_list: 1 }], text);
  }
});

test("a connection that makes no sense is counted by the field that does not, and the others are kept", async () => {
  const wrong: Record<string, readonly unknown[]> = {
    pid: [-1, "7", 1.5],
    type: [2, "icmp", null, "constructor"],
    net_ns: [-1, "a"],
    source: ["", "localhost", "1.2.3", 5],
    dest: ["::g", null],
    sport: [-1, 65_536, "80"],
    dport: [1.5],
    direction: [4, "up", null, "__proto__"],
    monotonic_sent_bytes: [-1, 1e300, "5", null, undefined],
    monotonic_recv_bytes: [0.5],
    monotonic_retransmits: [-1],
    cookie: [{}, "c".repeat(65)],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const text = JSON.stringify({ connections: [told({ [field]: value }), told({ sport: 2 })] });
      const [ports, faults] = await read(text);
      assert.deepEqual(faults, { [`bad_${field}`]: 1 }, `${field}: ${value}`);
      assert.deepEqual(ports, [2]);
    }
  }
  const [, faults] = await read(`{"connections":[5,null,[],"a",${ONE}]}`);
  assert.deepEqual(faults, { bad_connection: 4 });
});

test("directions and types are understood in the words of other tracers", async () => {
  const directions = [1, "1", "in", "Incoming", 2, "OUT", "outbound", 3, "local", 0, "", "none"];
  const connections = directions.map((direction, sport) => told({ direction, sport, type: "udp" }));
  const answer = await readAnswer({ text: JSON.stringify({ connections }), fault: undefined });
  assert.deepEqual(
    answer.connections.map(({ connection }) => connection.direction),
    ["in", "in", "in", "in", "out", "out", "out", "local", "local", "unknown", "unknown", "unknown"],
  );
  assert.ok(answer.connections.every(({ connection }) => connection.type === 17));
});

test("what is told twice is taken once and counted, and another use of the same addresses and ports is another", async () => {
  const other = JSON.stringify(told({ sport: 1, last_update_epoch: 2 }));
  assert.deepEqual(await read(`{"connections":[${ONE},${ONE},${TWO}]}`), [[1, 2], { told_twice: 1 }]);
  assert.deepEqual(await read(`{"connections":[${ONE},${other}]}`), [[1, 1], {}]);
});

test("an answer of more things than there is room for is not taken apart", async () => {
  for (const many of ["{}", "[]", "0"]) {
    const list = Array.from({ length: 200_001 }, () => many).join();
    assert.deepEqual(await read(`{"connections":[${list}]}`), [[], { too_many: 1 }]);
  }
  assert.deepEqual(await read("{}".repeat(200_001)), [[], { too_many: 1 }]);
});

test("both ends of a connection find each other, and one that is its own other end finds nobody", async () => {
  const own = told({ source: "10.0.0.1", sport: 7, dest: "10.0.0.1", dport: 7 });
  const connections = [told(), mirrored(told()), own];
  const answer = await readAnswer({ text: JSON.stringify({ connections }), fault: undefined });
  const [client, server, alone] = answer.connections;
  assert.deepEqual([client?.mirror, server?.mirror, alone?.mirror], [server, client, undefined]);
});

test("addresses are written as the kernel's are", async () => {
  const addresses = { "FD00:0:0::1": "fd00::1", "::ffff:1.2.3.4": "1.2.3.4", "::": "::", "1.2.3.4": "1.2.3.4" };
  for (const [source, written] of Object.entries(addresses)) {
    const { connections } = await readAnswer({
      text: JSON.stringify({ connections: [told({ source })] }),
      fault: undefined,
    });
    assert.deepEqual(
      connections.map(({ connection }) => connection.source),
      [written],
    );
  }
});
