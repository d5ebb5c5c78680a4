import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { orSkip } from "../lib/or-skip.ts";
import { limitedGroup } from "./lib/control-group.ts";
import { eventually } from "./lib/eventually.ts";
import { meminfoOf, withInPlace } from "./lib/other-machine.ts";
import { type ClosedRow, readFlows, readPin, readStatus, readUdp, takeClosed } from "./lib/rows.ts";
import {
  buildTracer,
  removePins,
  runTracerBy,
  startTracer,
  startTracerBy,
  type Tracer,
  tracerLacks,
} from "./lib/tracer.ts";
import { compileWorkload, talk } from "./lib/workload.ts";

const GIB = 2 ** 30;

const lacks = await tracerLacks();

describe("the tables of a tracer", { skip: orSkip(lacks) }, () => {
  let folder: string;
  before(async () => {
    await buildTracer();
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-tables-"));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [gib, flows, closed, udp, mostBytes] of [
    [0.5, 8_192, 16_384, 8_192, 8.2e6],
    [1, 16_384, 16_384, 8_192, 10.4e6],
    [2, 32_768, 32_768, 8_192, 17.6e6],
    [15.5, 262_144, 262_144, 65_536, 131.2e6],
  ] as const) {
    test(`suit a machine of ${gib} GiB`, async () => {
      const tracer = await startOn(gib);
      const { flowsRoom, closedRoom, udpRoom, tableBytes } = readStatus(tracer.pins);
      assert.equal(await tracer.stop(), 0);
      assert.deepEqual([flowsRoom, closedRoom, udpRoom], [flows, closed, udp]);
      assert.ok(tableBytes <= mostBytes && tableBytes >= flows * 200 + closed * 160, `${tableBytes} bytes`);
      assert.match(tracer.said.at(-1) ?? "", new RegExp(`room for ${flows} flows, ${closed} ended, ${udp} of UDP: `));
    });
  }

  test("leave room to load within the memory limit of the control group that the tracer is in", async (t) => {
    const group = await limitedGroup("flowtally-test-tables", 64 * 2 ** 20);
    if (group === undefined) return t.skip(String(orSkip("needs a control group that limits memory")));
    t.after(() => group.remove());
    const meminfo = await meminfoOf(folder, 15.5 * 2 ** 20);
    const command = [...group.command, ...withInPlace({ "/proc/meminfo": meminfo })];
    const tracer = await startTracerBy(command, "tables");
    const { flowsRoom, closedRoom, udpRoom, tableBytes } = readStatus(tracer.pins);
    assert.equal(await tracer.stop(), 0);
    assert.deepEqual([flowsRoom, closedRoom, udpRoom], [32_768, 32_768, 8_192]);
    assert.ok(tableBytes <= 24 * 2 ** 20, `${tableBytes} bytes`);
  });

  for (const [mebibytes, starts] of [
    [48, true],
    [40, false],
    [32, false],
    [16, false],
  ] as const) {
    test(`${starts ? "fit into" : "are refused beforehand under"} a limit of ${mebibytes} MiB`, async (t) => {
      const group = await limitedGroup("flowtally-test-tables", mebibytes * 2 ** 20);
      if (group === undefined) return t.skip(String(orSkip("needs a control group that limits memory")));
      t.after(() => group.remove());
      const { exitCode, stdout, stderr } = await runTracerBy(
        [...group.command, "timeout", "--preserve-status", "5"],
        "--pins",
        "/sys/fs/bpf/flowtally-test-tables",
      );
      if (starts) return assert.match(stdout, /"code":"READY"[\s\S]*"code":"STOPPED"/);
      assert.deepEqual([exitCode, stdout], [1, ""]);
      assert.match(
        stderr,
        new RegExp(`"MEMORY_LIMITED".*limit is ${mebibytes} MiB, .* takes 44 MiB .*FLOW_TRACER_MEMORY`),
      );
    });
  }

  test("are called small only where the room that is made is too small", async () => {
    const warning = async (): Promise<string | undefined> => {
      const tracer = await startTracer("tables", "--max-flows", "1", "--udp", "off");
      await tracer.stop();
      return tracer.said.find((line) => line.includes("TABLES_SMALL"));
    };
    if ((await tcpSockets()) < 200) assert.equal(await warning(), undefined);
    const running = await talk(await compileWorkload("talk"), {
      family: "4",
      connections: 200,
      request: 1,
      response: 1,
    });
    const said = await warning();
    await running.end();
    assert.match(said ?? "", /TCP sockets exist, and there is room for 204: /);
  });

  test("are no reason to load anew when the machine would get others now", async (t) => {
    const killed = await startOn(1);
    t.after(() => removePins(killed.pins));
    await killed.kill();
    const next = await startOn(15.5);
    assert.match(next.said[0] ?? "", /"code":"ADOPTED"/);
    assert.match(next.said[1] ?? "", /room for 16384 flows/);
    assert.equal(readStatus(next.pins).flowsRoom, 16_384);
    assert.equal(await next.stop(), 0);
  });

  test("have at least the room they are asked for, and what they take is reported", async () => {
    const tracer = await startTracer("tables", "--max-flows", "300", "--max-closed", "65", "--max-udp", "5");
    const { flowsRoom, closedRoom, udpRoom, tableBytes } = readStatus(tracer.pins);
    assert.equal(await tracer.stop(), 0);
    assert.deepEqual([flowsRoom, closedRoom, udpRoom], [409, 128, 102]);
    assert.ok(tableBytes < 1_600_000, `${tableBytes} bytes`);
  });

  test("hold as many sockets as they are asked for, each with its process and its bytes", async (t) => {
    const most = 4_096;
    const tracer = await startTracer("tables", "--max-flows", `${most}`, "--udp", "off");
    t.after(() => tracer.stop());
    const connections = Math.floor((most - 50 - (await tcpSockets())) / 2);
    const running = await talk(await compileWorkload("talk"), { family: "4", connections, request: 11, response: 7 });
    for (let pass = 0; pass < 2; pass++) readPin(tracer.pins, "owners");
    const shown = readFlows(tracer.pins);
    const { tableFull, liveLost } = readStatus(tracer.pins);
    await running.end();
    const expected = running.ends.map(({ cookie, sent, received, pid }) => [cookie, sent, received, pid]);
    const told = running.ends.map(({ cookie }) => {
      const row = shown.get(cookie);
      return [cookie, row?.sent, row?.received, row?.pid];
    });
    assert.deepEqual(told, expected);
    assert.deepEqual([tableFull, liveLost], [0, 0]);
  });

  test("that are full: sockets without room are counted one by one, the others are exact", async (t) => {
    const small = await startTracer("tables", "--max-flows", "1", "--udp", "off");
    t.after(() => small.stop());
    const large = await startTracer("tables-large", "--udp", "off");
    t.after(() => large.stop());
    const running = await talk(await compileWorkload("talk"), {
      family: "4",
      connections: 200,
      request: 4099,
      response: 7,
    });
    for (let pass = 0; pass < 2; pass++) readPin(small.pins, "owners");
    const [shown, all] = [readFlows(small.pins), readFlows(large.pins)];
    const { tableFull, liveLost } = readStatus(small.pins);
    await running.end();
    const ends = running.ends.filter(({ cookie }) => shown.has(cookie));
    // sockets of others may have taken some of the room
    assert.ok(shown.size > 200 && shown.size <= 256 && ends.length > 0, `${ends.length} of ${shown.size} shown`);
    for (const { cookie, sent, received, pid } of ends) {
      const row = shown.get(cookie);
      assert.deepEqual([row?.sent, row?.received, row?.pid], [sent, received, pid]);
    }
    const strangers = takeClosed(large.pins).filter(({ cookie }) => !running.ends.some((end) => end.cookie === cookie));
    const missing = [...all.keys()].filter((cookie) => !shown.has(cookie)).length;
    assert.ok(missing >= 400 - 256);
    assert.equal(liveLost, 0);
    // others may have come and gone on this machine meanwhile
    assert.ok(tableFull >= missing && tableFull <= missing + strangers.length, `${tableFull} lost of ${missing}`);
  });

  test("that are full: the same connections end exact, to the byte", async (t) => {
    const small = await startTracer("tables", "--max-flows", "1", "--udp", "off");
    t.after(() => small.stop());
    const running = await talk(await compileWorkload("talk"), {
      family: "6",
      connections: 200,
      request: 4099,
      response: 7,
    });
    await running.end();
    const rows: ClosedRow[] = [];
    // a connection without room shows only when the kernel gives its socket up
    await eventually(20, () => {
      rows.push(...takeClosed(small.pins));
      const told = running.ends.map(({ cookie }) => rows.filter((row) => row.cookie === cookie));
      assert.deepEqual(
        told.map((found) => found.map(({ sent, received }) => [sent, received])),
        running.ends.map(({ sent, received }) => [[sent, received]]),
      );
    });
  });

  test("of UDP that are full: datagrams without room are counted, the others are exact", async (t) => {
    const tracer = await startTracer("tables", "--max-udp", "1");
    t.after(() => tracer.stop());
    const { udpLost: before, udpRoom } = readStatus(tracer.pins);
    const ports = Array.from({ length: 3 * udpRoom }, (_, peer) => 20_000 + peer);
    const port = await sendEach(ports, 11);
    const own = readUdp(tracer.pins).filter(({ sourcePort, role }) => sourcePort === port && role === 1);
    const { udpLost } = readStatus(tracer.pins);
    assert.ok(own.length <= udpRoom, `${own.length} flows in a table of ${udpRoom}`);
    for (const { sent, sentPackets } of own) assert.deepEqual([sent, sentPackets], [11, 1]);
    assert.ok(udpLost - before >= ports.length - own.length, `${udpLost - before} lost, ${own.length} shown`);
  });

  async function startOn(gib: number): Promise<Tracer> {
    const meminfo = await meminfoOf(folder, (gib * GIB) / 1024);
    return startTracerBy(withInPlace({ "/proc/meminfo": meminfo }), "tables");
  }
});

/** TCP sockets that exist now, in all network namespaces. */
async function tcpSockets(): Promise<number> {
  return Number(/^TCP: .* alloc (\d+)/m.exec(await readFile("/proc/net/sockstat", "utf8"))?.[1]);
}

/** One datagram of so many bytes to each port of this machine, where nobody listens; returns the sender's port. */
async function sendEach(ports: readonly number[], bytes: number): Promise<number> {
  const socket = createSocket("udp4");
  socket.on("error", () => {}); // the answers to them: nobody is there
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  for (const port of ports) {
    await new Promise((resolve) => socket.send(Buffer.alloc(bytes), port, "127.0.0.1", resolve));
  }
  const { port } = socket.address();
  socket.close();
  return port;
}
