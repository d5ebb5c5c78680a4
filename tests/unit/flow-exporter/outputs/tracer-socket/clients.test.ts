import assert from "node:assert/strict";
import { test } from "node:test";
import { ROLE } from "../../../../../exporters/flow-exporter/model/socket.ts";
import { Clients } from "../../../../../exporters/flow-exporter/outputs/tracer-socket/clients.ts";
import {
  type Connection,
  connectionOf,
  NOTHING_TOLD,
} from "../../../../../exporters/flow-exporter/outputs/tracer-socket/connection.ts";
import { Kernel } from "../../lib/kernel.ts";
import { udpRow } from "../../lib/rows.ts";
import { Running } from "../../lib/running.ts";

const CLIENT = { netns: 77, source: "10.0.0.1:40000", destination: "10.0.0.2:80", pid: 42 };
const SYN_SENT = 2;

/** An exporter over a kernel of sockets, and those who read it. */
class Served {
  readonly kernel = new Kernel();
  readonly clients: Clients;
  readonly #running: Running;

  constructor(most?: { clients: number; ended: number }) {
    this.clients = new Clients(() => this.#running.pipeline.source.open(), most);
    const onEnded = this.clients.onEnded.bind(this.clients);
    this.#running = new Running(this.kernel, undefined, undefined, { onEnded });
  }

  /** A flow is shown once the second read has looked for its other end, and has left once the one after its end has. */
  async read(): Promise<void> {
    await this.#running.cycle();
    await this.#running.cycle();
  }

  open() {
    return [...this.#running.pipeline.source.open()];
  }

  get nowMs(): number {
    return this.kernel.nowNs / 1e6;
  }

  ask(id: string, isDelivered = true): Connection[] {
    const answer = this.clients.answer(id, this.nowMs, this.kernel.nowNs);
    assert.ok(typeof answer === "object", `${answer}`);
    const connections = [...answer.connections];
    if (isDelivered) answer.delivered();
    answer.end();
    return connections;
  }
}

/** What a connection has carried, and what of it is new. */
const bytes = (one: Connection) => [one.monotonic_sent_bytes, one.last_sent_bytes];

test("a connection is told from its own end's side, in the numbers of the contract", async () => {
  const served = new Served();
  served.kernel.open({ ...CLIENT, sent: 4099, received: 1031, retransmits: 3, cookie: 9 });
  await served.read();
  const { last_update_epoch, ...told } = served.ask("a")[0] as Connection;
  assert.equal(last_update_epoch, served.kernel.nowNs);
  assert.deepEqual(told, {
    pid: 42,
    type: 0,
    family: 0,
    net_ns: 77,
    source: "10.0.0.1",
    dest: "10.0.0.2",
    sport: 40_000,
    dport: 80,
    direction: 2,
    monotonic_sent_bytes: 4099,
    last_sent_bytes: 4099,
    monotonic_recv_bytes: 1031,
    last_recv_bytes: 1031,
    monotonic_retransmits: 3,
    last_retransmits: 3,
    cookie: "9.0",
  });
});

test("one that was accepted comes in, with this host's end first; one with both ends here is local, and told once", async () => {
  const served = new Served();
  const server = { netns: 5, source: "10.0.0.9:80", destination: "93.184.216.34:999", role: ROLE.server };
  served.kernel.open({ ...server, sent: 7, received: 5, pid: 3 });
  await served.read();
  const shown = ({ source, sport, dest, dport, direction, monotonic_sent_bytes }: Connection) =>
    `${source} ${sport} ${dest} ${dport} ${direction} ${monotonic_sent_bytes}`;
  assert.deepEqual(served.ask("a").map(shown), ["10.0.0.9 80 93.184.216.34 999 1 7"]);

  served.kernel.open({ ...CLIENT, sent: 11 });
  served.kernel.open({
    netns: 6,
    source: CLIENT.destination,
    destination: CLIENT.source,
    role: ROLE.server,
    received: 11,
  });
  await served.read();
  const local = served.ask("a").filter(({ source }) => source === "10.0.0.1");
  assert.deepEqual(local.map(shown), ["10.0.0.1 40000 10.0.0.2 80 3 11"]);
});

test("each client has deltas of its own, a new one all there is", async () => {
  const served = new Served();
  const cookie = served.kernel.open({ ...CLIENT, sent: 100 });
  await served.read();
  assert.deepEqual(served.ask("a").map(bytes), [[100, 100]]);
  served.kernel.send(cookie, 20);
  await served.read();
  assert.deepEqual(served.ask("a").map(bytes), [[120, 20]]);
  assert.deepEqual(served.ask("a").map(bytes), [[120, 0]]);
  assert.deepEqual(served.ask("b").map(bytes), [[120, 120]]);
});

test("what has ended is told once more to each, with its last bytes, and one that came and went between two answers too", async () => {
  const served = new Served();
  const cookie = served.kernel.open({ ...CLIENT, sent: 100 });
  await served.read();
  for (const id of ["a", "b"]) served.ask(id);
  served.kernel.send(cookie, 5);
  served.kernel.close(cookie);
  const brief = served.kernel.open({ ...CLIENT, source: "10.0.0.1:40001", sent: 7 });
  served.kernel.close(brief);
  await served.read();
  await served.read();
  for (const id of ["a", "b"]) {
    assert.deepEqual(served.ask(id).map(bytes).toSorted(), [
      [105, 5],
      [7, 7],
    ]);
    assert.deepEqual(served.ask(id), []);
  }
  assert.deepEqual(served.ask("c"), [], "it came after they had gone");
});

test("what was not delivered is told again", async () => {
  const served = new Served();
  const cookie = served.kernel.open({ ...CLIENT, sent: 100 });
  await served.read();
  served.ask("a");
  served.kernel.send(cookie, 5);
  served.kernel.close(cookie);
  await served.read();
  await served.read();
  assert.deepEqual(served.ask("a", false).map(bytes), [[105, 5]]);
  assert.deepEqual(served.ask("a").map(bytes), [[105, 5]]);
  assert.deepEqual(served.ask("a"), []);
});

test("a connect that failed, or waits, is no connection", async () => {
  const served = new Served();
  served.ask("a");
  served.kernel.open({ ...CLIENT, state: SYN_SENT });
  const refused = served.kernel.open({ ...CLIENT, source: "10.0.0.1:40001", state: SYN_SENT });
  await served.read();
  served.kernel.close(refused, { error: 111, lastState: SYN_SENT });
  await served.read();
  await served.read();
  assert.deepEqual(served.ask("a"), []);
});

test("ended ones that there was no room for are counted, for whom they were lost", async () => {
  const served = new Served({ clients: 2, ended: 3 });
  served.ask("a");
  for (let port = 1; port <= 5; port++)
    served.kernel.close(served.kernel.open({ ...CLIENT, source: `10.0.0.1:${port}` }));
  await served.read();
  await served.read();
  served.ask("b");
  assert.deepEqual(
    served.ask("a").map(({ sport }) => sport),
    [3, 4, 5],
  );
  const lost = served.clients.status(served.nowMs).map(({ client_id, lost }) => `${client_id} ${lost}`);
  assert.deepEqual(lost, ["a 2", "b 0"]);
});

test("clients are bounded, and forgotten two minutes after they last asked", async () => {
  const served = new Served({ clients: 2, ended: 3 });
  const answer = (id: string) => served.clients.answer(id, served.nowMs, served.kernel.nowNs);
  served.ask("a");
  served.kernel.pass(100);
  served.ask("b");
  assert.equal(answer("c"), "too many clients");
  served.kernel.pass(21);
  assert.deepEqual(
    served.clients.status(served.nowMs).map(({ client_id }) => client_id),
    ["b"],
  );
  served.ask("c");
  assert.equal(answer("a"), "too many clients");
});

test("a client is given one answer at a time", () => {
  const served = new Served();
  const first = served.clients.answer("a", 0, 0);
  assert.ok(typeof first === "object");
  assert.equal(served.clients.answer("a", 1, 1), "asked twice");
  first.end();
  served.ask("a");
});

test("datagrams are of type 1, and IPv6 of family 1", async () => {
  const served = new Served();
  served.kernel.udpRows = udpRow({ ...CLIENT, cookie: 1, sent: 3 }, 1);
  await served.read();
  assert.deepEqual(
    served.ask("a").map(({ type, dport }) => [type, dport]),
    [[1, 80]],
  );
  for (const [, record] of served.open()) {
    const { family } = connectionOf({ ...record, sourceAddress: "fd00::1" }, NOTHING_TOLD, 0);
    assert.equal(family, 1);
  }
});
