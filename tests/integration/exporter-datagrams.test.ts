import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { scrapeEdge, scrapeEdges, scrapeUp } from "./exporter/scrape.ts";
import { eventually } from "./lib/eventually.ts";
import { buildTracer } from "./lib/tracer.ts";

const LOOKER = "flowtally-test-looker";
const ASKER = "flowtally-test-asker";
const LOOK_UPS = 10;

/** Ten look-ups of a name, each by a socket of its own. */
const lookUp = (name: string) => `
  const { Resolver } = require("node:dns").promises;
  (async () => {
    for (let count = 0; count < ${LOOK_UPS}; count++) {
      const resolver = new Resolver();
      resolver.setServers(["127.0.0.11"]);
      await resolver.resolve4("${name}");
    }
  })();
`;

describe("flow-exporter and datagrams", { skip }, () => {
  const rig = new Rig("datagrams");
  before(async () => {
    await rig.setUp();
    await eventually(15, async () => assert.equal(await scrapeUp(rig.exporter.url, "udp"), true));
  });
  after(() => rig.remove());

  const untilKnown = (container: string) =>
    eventually(15, async () => {
      const containers = await (await fetch(`${rig.exporter.url}/api/containers`)).text();
      assert.match(containers, new RegExp(container));
    });

  test("ten sockets bound to one port after each other: each byte that one socket hears counts once", async (t) => {
    const ears = await bound();
    t.after(() => ears.close());
    let heard = 0;
    ears.on("message", ({ length }) => (heard += length));
    const { port } = ears.address() as AddressInfo;
    let from = 0;
    for (let count = 0; count < 10; count++) {
      const mouth = await bound(from);
      from = mouth.address().port;
      await new Promise<void>((resolve, reject) =>
        mouth.send(Buffer.alloc(100), port, "127.0.0.1", (error) => (error ? reject(error) : resolve())),
      );
      mouth.close();
      await once(mouth, "close");
    }
    const edgesTo = async () =>
      [...(await scrapeEdges(rig.exporter.url))].filter(([name]) => name.includes(`destination_port="${port}"`));
    await eventually(15, async () => {
      const edges = await edgesTo();
      assert.equal(heard, 1_000);
      assert.equal(edges.length, 1, JSON.stringify(edges));
      const [[name, { sent, opened }] = ["", { sent: 0, opened: 0 }]] = edges;
      assert.deepEqual({ sent, opened }, { sent: 1_000, opened: 10 });
      assert.doesNotMatch(name, /~unknown/);
    });
  });

  test("a look-up through Docker's resolver is one flow, which ends with its answer", async () => {
    await rig.peers.container(LOOKER, [], "serve", "7310", "1", "1");
    // Its sockets are named by their namespace alone, as the process is none of the container's.
    await untilKnown(LOOKER);
    await inNetworkOf(LOOKER, lookUp(LOOKER));
    await eventually(15, async () => {
      const edge = await scrapeEdge(rig.exporter.url, {
        source: LOOKER,
        destination: "docker-dns",
        port: 53,
        protocol: "udp",
      });
      const { opened, closed, open, failed } = edge ?? {};
      assert.deepEqual({ opened, closed, open, failed }, { opened: LOOK_UPS, closed: LOOK_UPS, open: 0, failed: 0 });
    });
  });

  test("what Docker's resolver asks others, in a container's network namespace, is not the container's", async (t) => {
    const gateway = await rig.peers.gateway();
    const outside = await bound(53, gateway);
    t.after(() => outside.close());
    outside.on("message", (question, { port, address }) => outside.send(answerTo(question), port, address));
    await rig.peers.container(ASKER, ["--dns", gateway], "serve", "7310", "1", "1");
    await untilKnown(ASKER);
    await inNetworkOf(ASKER, lookUp("outside.example"));
    await eventually(15, async () => {
      const edges = [...(await scrapeEdges(rig.exporter.url))].filter(([name]) => name.includes('_port="53"'));
      const from = (source: string, destination = "") =>
        edges
          .filter(([name]) => name.startsWith(`source="${source}",destination="${destination}`))
          .map(([, { opened, closed }]) => ({ opened, closed }));
      const all = { opened: LOOK_UPS, closed: LOOK_UPS };
      assert.deepEqual(
        // For other containers on this machine the resolver asks whoever is the machine's name server.
        { asker: from(ASKER), dns: from("docker-dns", "host/node") },
        { asker: [all], dns: [all] },
        JSON.stringify(edges),
      );
    });
  });
});

/** Runs a script of Node's in the network namespace of a container, as a process of the host's. */
async function inNetworkOf(container: string, script: string): Promise<void> {
  const { stdout: pid } = await execa("docker", ["inspect", "-f", "{{.State.Pid}}", container]);
  await execa("nsenter", ["-t", pid, "-n", process.execPath, "-e", script]);
}

/** A resolver's answer to a question for an IPv4 address: 192.0.2.1. */
function answerTo(question: Buffer): Buffer {
  const end = question.indexOf(0, 12) + 5;
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2); // an answer, recursion wanted and to be had
  head.set([0, 1, 0, 1, 0, 0, 0, 0], 4); // one question, one answer
  const address = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
  return Buffer.concat([head, question.subarray(12, end), Buffer.from(address)]);
}

describe("flow-exporter, killed, and datagrams", { skip }, () => {
  const rig = new Rig("datagrams-killed", { keepState: true, tracerArgs: ["--udp-idle", "1"] });
  before(async () => {
    await buildTracer();
    await rig.startTracer();
    await rig.startExporter();
  });
  after(() => rig.remove());

  test("exporters killed while datagrams come, before and after they have written, lose no byte and count none twice", async (t) => {
    const talks = [await talking(t, aNewPort()), await talking(t, oneOf(40))];
    // The first write is ten seconds after the start; an entry leaves a second after its last datagram.
    for (const pause of [6_000, 13_000, 4_000]) {
      await sleep(pause);
      await rig.exporter.kill();
      await rig.startExporter();
    }
    const [fresh = NOTHING, again = NOTHING] = await Promise.all(talks.map((talk) => talk.end()));
    assert.ok(fresh.sockets > 100 && again.sockets > 100, `${fresh.sockets} and ${again.sockets} sockets`);
    await eventually(20, async () => {
      const { opened, ...bytes } = await sumsAt(fresh.port);
      assert.deepEqual({ opened, ...bytes }, { opened: fresh.sockets, sent: fresh.bytes, received: fresh.bytes });
      const { sent, received } = await sumsAt(again.port);
      assert.deepEqual({ sent, received }, { sent: again.bytes, received: again.bytes });
    });
  });

  async function sumsAt(port: number) {
    const edges = [...(await scrapeEdges(rig.exporter.url))].filter(([name]) => name.includes(`_port="${port}"`));
    const [[, edge] = [], ...others] = edges;
    assert.ok(edge && others.length === 0, JSON.stringify(edges));
    return { opened: edge.opened, sent: edge.sent, received: edge.received };
  }
});

interface Talk {
  port: number;
  sockets: number;
  bytes: number;
}

const NOTHING: Talk = { port: 0, sockets: 0, bytes: 0 };

/** Sockets, each at a port that none has had before. */
function aNewPort(): () => Promise<Socket> {
  const used = new Set<number>();
  return async () => {
    for (;;) {
      const socket = await bound();
      const { port } = socket.address();
      if (!used.has(port)) {
        used.add(port);
        return socket;
      }
      socket.close();
    }
  };
}

/** Sockets at `count` ports by turns: over a restart, the next at a port is not distinguished from the last, and may not count as opened. */
function oneOf(count: number): () => Promise<Socket> {
  const ports: number[] = [];
  let turn = 0;
  return async () => {
    const socket = await bound(ports[turn % count]);
    ports[turn % count] = socket.address().port;
    turn += 1;
    return socket;
  };
}

/** Sockets, a new one ten times a second, that each send a datagram to the same one and are answered. */
async function talking(t: TestContext, next: () => Promise<Socket>) {
  const ears = await bound();
  t.after(() => ears.close());
  ears.on("message", (message, { port }) => ears.send(message, port, "127.0.0.1"));
  const { port } = ears.address() as AddressInfo;
  const sum: Talk = { port, sockets: 0, bytes: 0 };
  let going = true;
  const talk = (async () => {
    while (going) {
      const mouth = await next();
      const size = 100 + (sum.sockets % 7);
      const answer = once(mouth, "message");
      mouth.send(Buffer.alloc(size), port, "127.0.0.1");
      await answer;
      mouth.close();
      sum.sockets += 1;
      sum.bytes += size;
      await sleep(100);
    }
  })();
  const end = async () => {
    going = false;
    await talk;
    return sum;
  };
  t.after(end);
  return { end };
}

/** Port 0: any that is free. */
async function bound(port = 0, address = "127.0.0.1") {
  const socket = createSocket("udp4");
  socket.bind(port, address);
  await once(socket, "listening");
  return socket;
}
