import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ROLE } from "../../../exporters/flow-exporter/model/socket.ts";
import { Datagrams } from "./lib/datagrams.ts";
import { Kernel } from "./lib/kernel.ts";
import { Disk, Running } from "./lib/running.ts";

const SYN_SENT = 2;
const PINS = ["status", "closed", "live"];

/** What the kernel did, as whoever sent it knows. */
interface Truth {
  sent: number;
  opened: number;
  closed: number;
  failed: number;
}

/** One connection of which both ends, or only the client's, are on this host. */
interface Connection {
  client: number | undefined;
  server: number | undefined;
}

/** Sockets that do what they are told, and what came of it. */
class Workload {
  readonly kernel = new Kernel();
  readonly truth: Truth = { sent: 0, opened: 0, closed: 0, failed: 0 };
  readonly #connections: Connection[] = [];
  #port = 0;

  act({ kind, which, bytes }: Action): void {
    const at = this.#connections.length === 0 ? 0 : which % this.#connections.length;
    const connection = this.#connections[at];
    if (kind === "open local") this.#open(true);
    else if (kind === "open") this.#open(false);
    else if (kind === "fail") this.#fail();
    else if (kind === "reconnect") this.#reconnect(connection);
    else if (kind === "send") this.#send(connection, bytes);
    else if (kind === "close client") this.#close(connection, "client");
    else if (kind === "close server") this.#close(connection, "server");
  }

  #open(local: boolean): void {
    const [near, far] = [`127.0.0.1:${20_000 + ++this.#port}`, "127.0.0.1:80"];
    const client = this.kernel.open({ source: near, destination: local ? far : "9.9.9.9:443", comm: "curl" });
    const server = { source: far, destination: near, role: ROLE.server, comm: "httpd" };
    this.#connections.push({ client, server: local ? this.kernel.open(server) : undefined });
    this.truth.opened += 1;
  }

  #fail(): void {
    const cookie = this.kernel.open({
      source: `127.0.0.1:${20_000 + ++this.#port}`,
      destination: "9.9.9.9:81",
      state: SYN_SENT,
    });
    this.kernel.close(cookie, { lastState: SYN_SENT, error: 111 });
    this.truth.failed += 1;
  }

  /** One descriptor, closed and connected again at once: the cookie stays. */
  #reconnect(connection: Connection | undefined): void {
    if (connection?.client === undefined || connection.server !== undefined) return;
    const { client: cookie } = connection;
    this.kernel.close(cookie);
    this.kernel.open({
      cookie,
      source: `127.0.0.1:${20_000 + ++this.#port}`,
      destination: "9.9.9.9:443",
      comm: "curl",
    });
    this.truth.closed += 1;
    this.truth.opened += 1;
  }

  #send(connection: Connection | undefined, bytes: number): void {
    if (connection?.client === undefined) return;
    this.kernel.send(connection.client, bytes);
    this.truth.sent += bytes;
  }

  #close(connection: Connection | undefined, end: "client" | "server"): void {
    const cookie = connection?.[end];
    if (connection === undefined || cookie === undefined) return;
    this.kernel.close(cookie);
    connection[end] = undefined;
    if (connection.client === undefined && connection.server === undefined) this.truth.closed += 1;
  }
}

const kinds = [
  "open",
  "open local",
  "fail",
  "reconnect",
  "send",
  "close client",
  "close server",
  "cycle",
  "cycle that is slow",
  "kill exporter",
  "fail to read",
] as const;

interface Action {
  kind: (typeof kinds)[number];
  which: number;
  bytes: number;
}

const action = fc.record({ kind: fc.constantFrom(...kinds), which: fc.nat(30), bytes: fc.nat(5_000) });

describe("every flow counts once, exactly", () => {
  test("whatever opens, sends and closes between any two reads, and however often the exporter is killed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(action, fc.array(action, { maxLength: 4 })), { maxLength: 60 }),
        async (script) => {
          const workload = new Workload();
          const disk = new Disk();
          let running = new Running(workload.kernel, disk);
          for (const [one, meanwhile] of script) {
            if (one.kind === "kill exporter") running = new Running(workload.kernel, disk);
            else if (one.kind === "cycle") await running.cycle(one.which);
            else if (one.kind === "cycle that is slow") await slowCycle(running, workload, meanwhile, one.which);
            else if (one.kind === "fail to read") await brokenCycle(running, workload, one.which);
            else workload.act(one);
          }
          for (let cycle = 0; cycle < 4; cycle++) await running.cycle();
          const { sent, opened, closed, failed } = running.sums();
          assert.deepEqual({ sent, opened, closed, failed }, workload.truth);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("thousands within one read, which takes them in parts, and the last of them only half", async () => {
    const workload = new Workload();
    const disk = new Disk();
    for (let which = 0; which < 3_001; which++) {
      for (const kind of ["open local", "send", "close client", "close server"] as const) {
        workload.act({ kind, which, bytes: which });
      }
    }
    workload.act({ kind: "open local", which: 0, bytes: 0 });
    workload.act({ kind: "close client", which: 3_001, bytes: 0 });
    await new Running(workload.kernel, disk).cycle(20);
    const next = new Running(workload.kernel, disk);
    for (let cycle = 0; cycle < 4; cycle++) await next.cycle();
    const { sent, opened, closed, failed } = next.sums();
    assert.deepEqual({ sent, opened, closed, failed }, workload.truth);
  });

  test("acknowledged flows are freed, once the totals are on disk", async () => {
    const workload = new Workload();
    const disk = new Disk();
    const running = new Running(workload.kernel, disk);
    workload.act({ kind: "fail", which: 0, bytes: 0 });
    disk.full = true;
    await running.cycle(20);
    assert.equal(workload.kernel.unacknowledged, 1);
    assert.match(running.pipeline.healths.state.reason, /no space left/);
    disk.full = false;
    await running.cycle(20);
    assert.equal(workload.kernel.unacknowledged, 0);
  });

  test("what is read while the totals are written is not acknowledged with them", async () => {
    const { kernel, act } = actions();
    const disk = new Disk();
    const running = new Running(kernel, disk);
    const { collector, checkpoint } = running.pipeline;
    act("fail");
    kernel.pass(20);
    collector.collect();
    const writing = checkpoint.keep(kernel.nowNs / 1e6);
    act("fail");
    collector.collect();
    await writing;
    assert.equal(kernel.unacknowledged, 2, "the second is not in the file yet");
    await running.cycle(20);
    assert.equal(kernel.unacknowledged, 0);
  });

  test("a row that cannot be read is lost, and keeps no other from being counted, nor an exporter from starting", async () => {
    const { kernel, act } = actions();
    const disk = new Disk();
    const cookie = kernel.open({ source: "127.0.0.1:1", destination: "9.9.9.9:1", sent: 2 ** 60 });
    const live = kernel.open({ source: "127.0.0.1:2", destination: "9.9.9.9:1", sent: 2 ** 60 });
    kernel.close(cookie);
    act("open");
    act("send");
    for (let start = 0; start < 2; start++) {
      const running = new Running(kernel, disk);
      for (let cycle = 0; cycle < 3; cycle++) await running.cycle(20);
      const { opened, sent } = running.sums();
      assert.deepEqual([opened, sent, running.pipeline.watch.lostFlows.state.total.closed], [1, 700, 1]);
      assert.equal(running.pipeline.healths.tracer.up, true);
    }
    kernel.sockets.delete(live);
    assert.equal(kernel.unacknowledged, 0);
  });

  test("a disk that hangs is a failure, costs nothing that is counted now, and is gone on with once it works", async () => {
    const { kernel, act } = actions();
    const disk = new Disk();
    const running = new Running(kernel, disk);
    const { collector, checkpoint, healths } = running.pipeline;
    const cycle = (seconds: number) => {
      kernel.pass(seconds);
      collector.collect();
      return checkpoint.keep(kernel.nowNs / 1e6);
    };
    const write = disk.write.bind(disk);
    const hung = Promise.withResolvers<void>();
    disk.write = () => hung.promise;
    kernel.statusValues = { closed_room: 8 };
    const writing = cycle(20);
    act("fail");
    await cycle(1);
    assert.equal(kernel.unacknowledged, 1, "it may still come back");
    await cycle(20);
    assert.match(healths.state.reason, /has not taken the totals for 21 s/);
    assert.equal(kernel.unacknowledged, 0, "an eighth of the ring is full");
    disk.write = write;
    hung.resolve();
    await writing;
    await cycle(20);
    assert.deepEqual([healths.state.up, disk.text?.includes('"failed":1')], [true, true]);
  });

  test("without a state file they are freed at once", async () => {
    const workload = new Workload();
    const running = new Running(workload.kernel, undefined);
    workload.act({ kind: "fail", which: 0, bytes: 0 });
    await running.cycle();
    assert.deepEqual([workload.kernel.unacknowledged, running.sums().failed], [0, 1]);
  });

  test("a tracer that starts anew takes nothing away, and numbers that start over are not taken for old ones", async () => {
    const workload = new Workload();
    const running = new Running(workload.kernel, new Disk());
    workload.act({ kind: "open", which: 0, bytes: 0 });
    workload.act({ kind: "send", which: 0, bytes: 700 });
    workload.act({ kind: "fail", which: 0, bytes: 0 });
    await running.cycle();
    workload.kernel.restart();
    workload.act({ kind: "fail", which: 0, bytes: 0 });
    for (let cycle = 0; cycle < 3; cycle++) await running.cycle();
    assert.deepEqual(running.sums(), { sent: 700, received: 0, opened: 1, closed: 0, failed: 2, sizes: 0 });
  });

  test("sockets that a new tracer finds only later go on where they were", async () => {
    const workload = new Workload();
    const running = new Running(workload.kernel, new Disk());
    workload.act({ kind: "open", which: 0, bytes: 0 });
    workload.act({ kind: "send", which: 0, bytes: 700 });
    await running.cycle();
    workload.kernel.restart();
    const hidden = [...workload.kernel.sockets];
    workload.kernel.sockets.clear();
    for (let cycle = 0; cycle < 5; cycle++) await running.cycle();
    for (const [cookie, values] of hidden) workload.kernel.sockets.set(cookie, values);
    workload.act({ kind: "send", which: 0, bytes: 11 });
    await running.cycle();
    assert.deepEqual(running.sums(), { sent: 711, received: 0, opened: 1, closed: 0, failed: 0, sizes: 0 });
  });
});

function actions() {
  const workload = new Workload();
  return {
    kernel: workload.kernel,
    act: (kind: Action["kind"]) => workload.act({ kind, which: 0, bytes: kind === "send" ? 700 : 0 }),
  };
}

const AWAITED_CGROUP = 77;
const SENDERS = [1, 2, 3, 4].map((cookie) => ({
  cookie,
  source: `192.168.1.10:${4_000 + cookie}`,
  destination: "9.9.9.9:53",
  comm: "dig",
  cgroup: cookie > 2 ? AWAITED_CGROUP : 0,
}));

const udpKinds = ["send", "rest", "cycle", "cycle that ends in a kill", "fail to read", "fail to write"] as const;
const udpAction = fc.record({
  kind: fc.constantFrom(...udpKinds),
  which: fc.nat(12),
  bytes: fc.integer({ min: 1, max: 5_000 }),
});

describe("every datagram counts once", () => {
  test("whatever is sent, and is idle, between any two reads, and however often the exporter is killed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(udpAction, { maxLength: 60 }), async (script) => {
        const { kernel, datagrams, disk } = counting();
        let running = new Running(kernel, disk);
        let sent = 0;
        for (const { kind, which, bytes } of script) {
          const [socket] = SENDERS.slice(which % SENDERS.length);
          if (kind === "send" && socket) {
            datagrams.send(socket, bytes);
            sent += bytes;
          } else if (kind === "rest") datagrams.rest();
          else {
            if (kind === "fail to read") kernel.broken = which % 2 ? "udp" : "udp_ack";
            disk.full = kind === "fail to write";
            await running.cycle(which);
            [kernel.broken, disk.full] = [undefined, false];
            if (kind === "cycle that ends in a kill") running = new Running(kernel, disk);
          }
        }
        datagrams.rest();
        for (let cycle = 0; cycle < 6; cycle++) await running.cycle(10);
        const sums = running.sums();
        assert.deepEqual(
          { sent: sums.sent, opened: sums.opened, left: datagrams.size },
          { sent, opened: datagrams.made, left: 0 },
        );
      }),
      { numRuns: 400 },
    );
  });

  test("where the table is half full, it is written down and acknowledged in the next second", async () => {
    const { kernel, datagrams, disk } = counting();
    const running = new Running(kernel, disk);
    await running.cycle(20);
    for (const [room, left] of [
      [100, 1],
      [2, 0],
    ] as const) {
      kernel.statusValues = { udp_room: room };
      datagrams.send({ cookie: 9, source: "192.168.1.10:4009", destination: "9.9.9.9:53" }, 7);
      datagrams.rest();
      for (let cycle = 0; cycle < 2; cycle++) await running.cycle();
      assert.equal(datagrams.size, left);
    }
  });

  test("a disk that fails keeps them in the kernel, unless its table is half full", async () => {
    const { kernel, datagrams, disk } = counting();
    const running = new Running(kernel, disk);
    datagrams.send({ cookie: 9, source: "192.168.1.10:4009", destination: "9.9.9.9:53" }, 7);
    datagrams.rest();
    disk.full = true;
    kernel.statusValues = { udp_room: 100 };
    for (let cycle = 0; cycle < 3; cycle++) await running.cycle(20);
    assert.equal(datagrams.size, 1);
    kernel.statusValues = { udp_room: 2 };
    for (let cycle = 0; cycle < 3; cycle++) await running.cycle(20);
    assert.equal(datagrams.size, 0);
  });
});

/** A tracer that counts datagrams, and a disk. */
function counting() {
  const kernel = new Kernel();
  const datagrams = new Datagrams();
  kernel.datagrams = datagrams;
  kernel.statusValues = { udp_room: 1_000 };
  return { kernel, datagrams, disk: new Disk() };
}

/** A cycle in which things happen after the read of each pin. */
async function slowCycle(
  running: Running,
  workload: Workload,
  meanwhile: readonly Action[],
  which: number,
): Promise<void> {
  const pin = PINS[which % PINS.length];
  workload.kernel.afterRead = (read) => {
    if (read !== pin) return;
    for (const one of meanwhile) workload.act(one);
  };
  await running.cycle(which);
  workload.kernel.afterRead = () => {};
}

async function brokenCycle(running: Running, workload: Workload, which: number): Promise<void> {
  const pins = [...PINS, "closed_ack", "processes"];
  workload.kernel.broken = pins[which % pins.length];
  await running.cycle(which);
  workload.kernel.broken = undefined;
}
