import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { orSkip } from "../lib/or-skip.ts";
import { eventually } from "./lib/eventually.ts";
import { needsSysAdmin } from "./lib/needs-sys-admin.ts";
import { readPin, readStatus, readUdp, takeUdp, type UdpRow } from "./lib/rows.ts";
import { buildTracer, removePins, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";
import { compileWorkload } from "./lib/workload.ts";

const ROLES: Record<string, number> = { client: 1, server: 2 };
const UDP_COUNTED = 1;

const lacks = await tracerLacks();

/** Where the tracer can count; each way has to pass the same tests. */
const WAYS = [
  { how: "cgroup", where: "at the root cgroup", skip: orSkip(lacks) },
  // Where the kernel has no fentry, the guests of the kernel matrix have it.
  { how: "functions", where: "in the kernel's functions", skip: orSkip(lacks) || ((await functionsLack()) ?? false) },
];

for (const { where, how, skip } of WAYS) {
  describe(`UDP, counted ${where}`, { skip }, () => {
    let tracer: Tracer;
    before(async () => {
      tracer = await startTracer("udp", "--udp", how, "--udp-idle", "2");
    });
    after(() => tracer.stop());

    for (const family of ["4", "6", "mapped"] as const) {
      test(`connected, unconnected, segmented, corked datagrams and those with options over IPv${family} are exact`, async () => {
        const running = await datagrams(family);
        const rows = readUdp(tracer.pins);
        await running.end();
        assert.equal(running.peers.length, 10);
        const { destinationPort: server } = running.peers[0] ?? assert.fail("no peers");
        const shown = rows.filter(({ sourcePort, destinationPort }) => [sourcePort, destinationPort].includes(server));
        assert.equal(shown.length, 10, "a raw socket that hears the same has no rows");
        assert.ok(rows.every(({ sent }) => sent < 2 ** 40));
        for (const { role, pid, ...expected } of running.peers) {
          const row = rowOf(rows, expected);
          const { sent, received, sentPackets, receivedPackets } = row;
          assert.deepEqual({ ...expected, sent, received, sentPackets, receivedPackets }, expected);
          assert.deepEqual([row.role, row.pid, row.comm], [ROLES[role], pid, "datagrams"]);
          assert.ok(row.netnsCookie > 0n && row.lastNs >= row.startNs);
        }
      });
    }

    test("a socket older than the tracer gets its owner and the inode of its namespace", async (t) => {
      const running = await datagrams("4");
      t.after(() => running.end());
      const late = await startTracer("udp-late", "--udp", how);
      t.after(() => late.stop());
      await running.sendByte();
      const [first] = running.peers;
      const row = readUdp(late.pins).find(({ cookie, destinationPort }) => matches({ cookie, destinationPort }, first));
      assert.deepEqual([row?.sent, row?.sentPackets, row?.pid, row?.comm], [1, 1, running.pid, "datagrams"]);
      assert.ok(row && row.netns > 0);
    });

    test("an idle flow leaves once it was acknowledged, and a packet after that starts a new entry from zero", async (t) => {
      const running = await datagrams("4");
      t.after(() => running.end());
      const [first] = running.peers;
      const own = () => takeUdp(tracer.pins).find((row) => matches(row, first));
      const before = own();
      assert.ok(before && before.sent > 1);
      await eventually(10, () => assert.equal(own(), undefined));
      await running.sendByte();
      const next = own();
      assert.deepEqual([next?.sent, next?.sentPackets], [1, 1]);
      assert.ok(next && next.entry > before.entry);
    });

    test("an idle flow stays as long as what it has carried last was not acknowledged, whatever is read", async (t) => {
      const [running, other] = [await datagrams("4"), await datagrams("4")];
      t.after(async () => void (await Promise.all([running.end(), other.end()])));
      const find = (rows: UdpRow[], { peers: [first] }: typeof running) => rows.find((row) => matches(row, first));
      const before = find(takeUdp(tracer.pins), running);
      await running.sendByte();
      for (const read of ["first", "second"]) {
        // the same idle time has passed for both once the other has left
        await eventually(10, () => assert.equal(find(readUdp(tracer.pins), other), undefined, read));
        assert.equal(find(readUdp(tracer.pins), running)?.sent, (before?.sent ?? 0) + 1, read);
      }
      takeUdp(tracer.pins);
      // It has sent last, and may be idle a moment after the other.
      await eventually(10, () => assert.equal(find(readUdp(tracer.pins), running), undefined));
    });

    test("after SIGKILL entries go on, and the next tracer has them", async (t) => {
      const running = await datagrams("4");
      t.after(() => running.end());
      const killed = await startTracer("udp-kill", "--udp", how);
      t.after(() => removePins(killed.pins));
      await running.sendByte();
      const [first] = running.peers;
      const own = () => readUdp(killed.pins).find((row) => matches(row, first));
      const before = own();
      await killed.kill();
      await running.sendByte();
      const next = await startTracer("udp-kill", "--udp", how);
      t.after(() => next.stop());
      await running.sendByte();
      const after = own();
      assert.deepEqual([before?.sent, after?.sent, after?.entry], [1, 3, before?.entry]);
    });

    test("the status row says that UDP is counted and that nothing was lost", () => {
      const { flags, udpLost } = readStatus(tracer.pins);
      assert.deepEqual([flags & UDP_COUNTED, udpLost], [UDP_COUNTED, 0]);
    });

    test("a network namespace that floods the table keeps no other from it, and gives its share back", async (t) => {
      const flooded = await startTracer("udp-flood", "--udp", how, "--max-udp", "2048", "--udp-idle", "2");
      t.after(() => flooded.stop());
      const { udpRoom, udpLost: before } = readStatus(flooded.pins);
      const program = await compileWorkload("scatter");
      const flood = await scatter(program, 4 * udpRoom, 7);
      const neighbours = await Promise.all(Array.from({ length: 8 }, () => scatter(program, 20, 11)));
      const rows = readUdp(flooded.pins);
      const { udpLost } = readStatus(flooded.pins);
      for (const { cookie } of neighbours) {
        const own = rows.filter((row) => row.cookie === cookie);
        assert.deepEqual([own.length, new Set(own.map(({ sent }) => sent))], [20, new Set([11])]);
      }
      const shown = rows.filter(({ cookie }) => cookie === flood.cookie).length;
      assert.ok(shown > udpRoom / 2 && shown <= (2 * udpRoom) / 3 + 1, `${shown} of the flood in a room of ${udpRoom}`);
      assert.ok(udpLost - before >= 4 * udpRoom - shown, `${udpLost - before} lost, ${shown} shown`);
      const shownOf = (cookie: string) => takeUdp(flooded.pins).filter((row) => row.cookie === cookie).length;
      await eventually(20, () => assert.equal(shownOf(flood.cookie), 0));
      for (let read = 0; read < 2; read++) takeUdp(flooded.pins); // only then nobody counts in its slots any more
      const next = await scatter(program, 4 * udpRoom, 7);
      assert.ok(shownOf(next.cookie) > udpRoom / 2, `${shownOf(next.cookie)} of the next flood`);
    });

    test("a flood that nobody acknowledges is shown as it is, keeps no other from the table, and counts as lost", async (t) => {
      const flooded = await startTracer("udp-unread", "--udp", how, "--max-udp", "2048", "--udp-idle", "1");
      t.after(() => flooded.stop());
      const { udpRoom } = readStatus(flooded.pins);
      const program = await compileWorkload("scatter");
      const flood = await scatter(program, 4 * udpRoom, 7);
      const shownOf = (cookie: string) => readUdp(flooded.pins).filter((row) => row.cookie === cookie).length;
      const shown = shownOf(flood.cookie);
      const idle = readUdp(flooded.pins).find(({ cookie }) => cookie === flood.cookie);
      await eventually(10, async () => {
        const uptimeNs = Number.parseFloat(await readFile("/proc/uptime", "utf8")) * 1e9;
        assert.ok(idle && uptimeNs - Number(idle.lastNs) > 3e9, "idle for longer than it takes to leave");
      });
      const { udpLost: before } = readStatus(flooded.pins);
      const next = await scatter(program, 20, 11);
      assert.deepEqual([shownOf(flood.cookie), shownOf(next.cookie)], [shown, 20]);
      const third = await scatter(program, 4 * udpRoom, 7);
      const lost = readStatus(flooded.pins).udpLost - before;
      assert.ok(lost >= 4 * udpRoom - shownOf(third.cookie), `${lost} lost`);
    });

    test("a flood of made-up sources at a port keeps nobody behind it from its own peers", async (t) => {
      const flooded = await startTracer("udp-spoof", "--udp", how, "--max-udp", "2048");
      t.after(() => flooded.stop());
      const { udpRoom } = readStatus(flooded.pins);
      const { stdout } = await execa(await compileWorkload("spoof"), [`${4 * udpRoom}`, "20", "11"]);
      const rows = readUdp(flooded.pins);
      const [heard = [], own = []] = stdout.split(" ").map((cookie) => rows.filter((row) => row.cookie === cookie));
      assert.ok(heard.length > udpRoom / 2 && heard.length < udpRoom, `${heard.length} of the flood in ${udpRoom}`);
      assert.deepEqual(
        own.map(({ sent }) => sent),
        Array(20).fill(11),
      );
    });

    // The last: every tracer here counts these, and two or three of them find no room in a small machine's table.
    test("half as many peers as there is room for, all of one network, find room", async (t) => {
      const spread = await startTracer("udp-spread", "--udp", how, "--max-udp", "8192");
      t.after(() => spread.stop());
      const port = await callNeighbours(254, 16);
      const shown = readUdp(spread.pins).filter(({ sourcePort }) => sourcePort === port).length;
      const { udpLost } = readStatus(spread.pins);
      assert.equal(shown + udpLost, 254 * 16);
      assert.ok(udpLost < 20, `${udpLost} of ${254 * 16} found none`);
    });
  });
}

describe("without UDP", { skip: orSkip(lacks) }, () => {
  before(async () => {
    await buildTracer();
  });

  test("--udp off loads nothing of it", async (t) => {
    const tracer = await startTracer("udp-off", "--udp", "off");
    t.after(() => tracer.stop());
    assertNoUdp(tracer);
    assert.equal(readPin(tracer.pins, "programs").includes("udp_"), await anotherCountsUdp(tracer));
  });

  test("without NET_ADMIN the tracer says so and goes on", async (t) => {
    const folder = await buildTracer();
    const needs = await needsSysAdmin(`${folder}/flow-tracer`);
    if (needs) return t.skip(needs);
    const pins = "/sys/fs/bpf/flowtally-test-udp-rights";
    const rights = ["--bounding-set=-all,+bpf,+perfmon,+dac_override", "--no-new-privs"];
    const command = [...rights, `${folder}/flow-tracer`, "--udp", "cgroup", "--pins", pins];
    const child = execa("setpriv", command, {
      reject: false,
      buffer: { stdout: false, stderr: true },
    });
    t.after(async () => {
      child.kill("SIGTERM");
      await child;
    });
    const said: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      said.push(line);
      if (line.includes('"code":"READY"')) break;
    }
    assert.match(said.join("\n"), /"code":"UDP_LEFT_OUT".*NET_ADMIN[\s\S]*"code":"READY"/);
    assertNoUdp({ pins });
  });
});

/** Runs tests/workloads/scatter.c, a socket in a network namespace of its own: a datagram to each of so many peers. */
async function scatter(program: string, peers: number, bytes: number): Promise<{ cookie: string }> {
  const { stdout } = await execa(program, [`${peers}`, `${bytes}`]);
  return { cookie: stdout.trim() };
}

/** Sends a byte each to ports of addresses that differ in their last number only. @returns the sender's own port */
async function callNeighbours(addresses: number, ports: number): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  for (let host = 1; host <= addresses; host += 1) {
    const sent = Array.from({ length: ports }, (_, number) => {
      return new Promise((resolve) => socket.send("x", 40_000 + number, `127.0.7.${host}`, resolve));
    });
    await Promise.all(sent);
  }
  socket.close();
  return port;
}

/** Why the kernel's own functions cannot be used here, in the tracer's words; undefined when they can. */
async function functionsLack(): Promise<string | undefined> {
  await buildTracer();
  const tracer = await startTracer("udp-functions", "--udp", "functions");
  await tracer.stop();
  const refusal = tracer.said.find((line) => line.includes('"code":"UDP_LEFT_OUT"'));
  return refusal === undefined ? undefined : (JSON.parse(refusal) as { message: string }).message;
}

interface Peer {
  role: string;
  pid: number;
  cookie: string;
  destinationPort: number;
  sent: number;
  received: number;
  sentPackets: number;
  receivedPackets: number;
}

/** Runs tests/workloads/datagrams.c up to its last datagram; the sockets stay open until `end`. */
async function datagrams(family: "4" | "6" | "mapped") {
  const child = execa(await compileWorkload("datagrams"), [family], { buffer: false });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  const pid = child.pid ?? 0;
  const peers: Peer[] = [];
  for (let line = await next(); line !== "ready"; line = await next()) peers.push(peer(line, pid));
  return {
    peers,
    pid,
    sendByte: async () => {
      child.stdin.write("\n");
      assert.equal(await next(), "sent");
    },
    end: async () => {
      child.stdin.end();
      await child;
    },
  };
}

function peer(line: string, pid: number): Peer {
  const [role = "", cookie = "", ...numbers] = line.split(" ");
  const [destinationPort = 0, sent = 0, received = 0, sentPackets = 0, receivedPackets = 0] = numbers.map(Number);
  return { role, pid, cookie, destinationPort, sent, received, sentPackets, receivedPackets };
}

function matches(
  row: Pick<UdpRow, "cookie" | "destinationPort">,
  peer: Pick<Peer, "cookie" | "destinationPort"> | undefined,
) {
  return row.cookie === peer?.cookie && row.destinationPort === peer?.destinationPort;
}

function rowOf(rows: UdpRow[], peer: Pick<Peer, "cookie" | "destinationPort">): UdpRow {
  const row = rows.find((each) => matches(each, peer));
  assert.ok(row, `no row for ${JSON.stringify(peer)}`);
  return row;
}

function assertNoUdp({ pins }: Pick<Tracer, "pins">): void {
  assert.equal(existsSync(`${pins}/udp`), false);
  assert.equal(readStatus(pins).flags & UDP_COUNTED, 0);
}

/** A stack that runs beside the tests has programs of the same names. */
async function anotherCountsUdp(tracer: Tracer): Promise<boolean> {
  const { stdout } = await execa("bpftool", ["-j", "prog", "show", "name", "udp_sent"], { reject: false });
  return tracer.pid > 0 && stdout.includes('"udp_sent"');
}
