import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { type FlowRow, readClosed, readFlows, readUdp } from "./lib/rows.ts";
import { buildTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";
import { compileWorkload } from "./lib/workload.ts";

const [ROOTS, USERS] = [1, 2];
/** Network namespaces by how a process gets into one, and who then has made it. */
const NAMESPACES = [
  { name: "the host's", enter: [], owner: ROOTS },
  { name: "one that root has made", enter: ["unshare", "--net"], owner: ROOTS },
  { name: "a user's own", enter: ["unshare", "--user", "--map-root-user", "--net"], owner: USERS },
  {
    name: "one within a user's own",
    enter: ["unshare", "--user", "--map-root-user", "unshare", "--user", "--map-root-user", "--net"],
    owner: USERS,
  },
];

const lacks = await tracerLacks();

for (const how of ["cgroup", "functions"]) {
  describe(`who has made a socket's network namespace, with UDP counted in ${how}`, { skip: lacks ?? false }, () => {
    let tracer: Tracer;
    before(async () => {
      await buildTracer();
      tracer = await startTracer("netns", "--udp", how);
    });
    after(() => tracer.stop());

    for (const { name, enter, owner } of NAMESPACES) {
      test(`${name}: open connections, and those that ended`, async () => {
        const talk = await workload(enter, "talk", "4", "1", "10", "10");
        const cookies = talk.lines.map((line) => (JSON.parse(line) as { cookie: string }).cookie);
        assert.deepEqual(ownersOf([...readFlows(tracer.pins).values()], cookies), [owner, owner]);
        await talk.end();
        assert.deepEqual(ownersOf(readClosed(tracer.pins), cookies), [owner, owner]);
      });

      test(`${name}: datagrams, also of sockets that are older than the tracer`, async (t) => {
        if (tracer.said.some((line) => line.includes('"code":"UDP_LEFT_OUT"'))) return t.skip("UDP is not counted so");
        const datagrams = await workload(enter, "datagrams", "4");
        t.after(datagrams.end);
        const cookies = new Set(datagrams.lines.map((line) => line.split(" ")[1] ?? ""));
        const shown = new Set(ownersOf(readUdp(tracer.pins), [...cookies]));
        const late = await startTracer("netns-late", "--udp", how);
        t.after(() => late.stop());
        await datagrams.sendByte();
        assert.deepEqual([...shown, ...new Set(ownersOf(readUdp(late.pins), [...cookies]))], [owner, owner]);
      });
    }
  });
}

function ownersOf(rows: readonly FlowRow[], cookies: readonly string[]): number[] {
  return rows.filter(({ cookie }) => cookies.includes(cookie)).map(({ netnsOwner }) => netnsOwner);
}

/** Runs a program of tests/workloads in a network namespace, up to when it is ready; its sockets stay open until `end`. */
async function workload(enter: readonly string[], name: string, ...args: string[]) {
  const program = await compileWorkload(name);
  const command = [...enter, "sh", "-c", 'ip link set up dev lo && exec "$@"', "sh", program, ...args];
  const [file = "", ...rest] = command;
  const child = execa(file, rest, { buffer: false });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  const told: string[] = [];
  for (let line = await next(); line !== "ready"; line = await next()) told.push(line);
  return {
    lines: told,
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
