import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, constants } from "node:http2";
import { connect as connectTcp } from "node:net";
import { describe, test } from "node:test";
import { credentials } from "@grpc/grpc-js";
import type { HubbleEvent } from "../../../../../exporters/flow-exporter/hubble/event.ts";
import { OBSERVER } from "../../../../../exporters/flow-exporter/hubble/services.ts";
import { frame } from "../../../../../exporters/flow-exporter/outputs/hubble/grpc/frames.ts";
import { HubbleClient } from "../../../../lib/hubble/client.ts";
import { hubbleFlow } from "../../../../lib/hubble/flow.ts";
import { createAuthority, createServerCertificate } from "../../lib/certificates.ts";
import { until } from "../../lib/until.ts";
import { serve } from "./served.ts";

const LONG = "x".repeat(500);
const HISTORY = Array.from({ length: 50 }, (_, number) =>
  hubbleFlow({
    uuid: `${number}`,
    timeMs: 1_700_000_000_000 + number * 1_000,
    verdict: number % 2 ? "FORWARDED" : "ERROR",
  }),
);

describe("an observer", () => {
  test("tells its status, its node and its namespaces", async () => {
    using served = await serve({ history: HISTORY });
    using client = clientOf(served.target);
    const status = await client.status();
    assert.deepEqual(
      [status.num_flows, status.seen_flows, status.uptime_ns, status.flows_rate, status.num_connected_nodes],
      [50, 50, 3e9, 2.5, undefined],
    );
    const { nodes } = await client.nodes();
    assert.deepEqual(
      nodes.map(({ name, address, state }) => [name, address, state]),
      [["alpha", "127.0.0.1:1", "NODE_CONNECTED"]],
    );
    const { namespaces } = await client.namespaces();
    assert.deepEqual(namespaces, [
      { namespace: "shop", cluster: "" },
      { namespace: "store", cluster: "" },
    ]);
  });

  test("tells of the past: all, the last, the first, since and until, and of those that match", async () => {
    using served = await serve({ history: HISTORY });
    using client = clientOf(served.target);
    const told = async (asked: Parameters<HubbleClient["flows"]>[0]) =>
      (await client.flows(asked)).map(({ uuid }) => Number(uuid));
    const at = (number: number) => 1_700_000_000_000 + number * 1_000;
    assert.equal((await told({ number: 2 ** 64 })).length, 50);
    assert.deepEqual(await told({ number: 3 }), [47, 48, 49]);
    assert.deepEqual(await told({ number: 3, first: true }), [0, 1, 2]);
    assert.deepEqual(await told({ sinceMs: at(47) }), [47, 48, 49]);
    assert.deepEqual(await told({ sinceMs: at(40), number: 2 }), [40, 41]);
    assert.deepEqual(await told({ untilMs: at(1) }), [0, 1]);
    assert.deepEqual(await told({ number: 3, allow: [{ verdict: ["ERROR"] }] }), [44, 46, 48]);
    assert.deepEqual(await told({ number: 2, deny: [{ verdict: ["ERROR"] }] }), [47, 49]);
  });

  test("asks the exporter once for all who want to know at the same time", async () => {
    using served = await serve({ history: HISTORY });
    using client = clientOf(served.target);
    await Promise.all(Array.from({ length: 10 }, () => client.flows({ number: 1 })));
    assert.equal(served.posted.filter(({ kind }) => kind === "history").length, 1);
  });

  test("tells followers what comes, once, and the exporter whether there are any", async () => {
    using served = await serve({ history: HISTORY });
    using client = clientOf(served.target);
    const call = client.stream({ follow: true, number: 2, allow: [{ verdict: ["FORWARDED"] }] });
    const events: HubbleEvent[] = [];
    call.on("data", (event) => events.push(event)).on("error", () => {});
    await until("the history", () => events.length === 2);
    served.server.take({
      kind: "events",
      flows: [...HISTORY.slice(-2), hubbleFlow({ uuid: "new" }), hubbleFlow({ uuid: "bad", verdict: "ERROR" })],
    });
    await until("what is new", () => events.length === 3);
    assert.deepEqual(
      events.map((event) => event.kind === "flow" && event.flow.uuid),
      ["47", "49", "new"],
    );
    assert.deepEqual(
      served.posted.filter(({ kind }) => kind === "follow"),
      [{ kind: "follow", isOn: true }],
    );
    call.cancel();
    await until("that nobody follows", () => served.posted.some((one) => one.kind === "follow" && !one.isOn));
  });

  test("answers for agent events that there are none", async () => {
    using served = await serve();
    const answer = await ask(served.port, "/observer.Observer/GetAgentEvents", frame(Buffer.alloc(0)));
    assert.deepEqual([answer.status, answer.bytes], ["0", 0]);
  });

  test("is healthy by Hubble's own name", async () => {
    using served = await serve();
    const name = Buffer.from("hubble.server.Observer");
    const request = frame(Buffer.concat([Buffer.from([10, name.length]), name]));
    assert.equal((await ask(served.port, "/grpc.health.v1.Health/Check", request)).status, "0");
    const other = frame(Buffer.from([10, 1, 0x78]));
    assert.equal((await ask(served.port, "/grpc.health.v1.Health/Check", other)).status, "5");
  });
});

describe("a follower that does not read", () => {
  test("is told how many it has lost, and holds nobody up", async () => {
    using served = await serve({ ring: 500 });
    using slow = openFollower(served.port);
    using client = clientOf(served.target);
    const fast = client.stream({ follow: true });
    let got = 0;
    fast.on("error", () => {}).on("data", (event: HubbleEvent) => (got += event.kind === "flow" ? 1 : 0));
    await Promise.all([once(slow.stream, "response"), once(fast, "metadata")]);
    const all = 40 * 200;
    for (let sent = 200; sent <= all; sent += 200) {
      const flows = Array.from({ length: 200 }, (_, at) => hubbleFlow({ uuid: `${sent} ${at}`, summary: LONG }));
      served.server.take({ kind: "events", flows });
      await until(`the fast one has ${sent}`, () => got === sent);
    }
    let flows = 0;
    let lost = 0;
    slow.read((event) => {
      if (event.kind === "flow") flows += 1;
      if (event.kind !== "lost") return;
      assert.equal(event.source, "HUBBLE_RING_BUFFER");
      lost += event.count;
    });
    await until("the slow one has caught up", () => flows + lost === all);
    assert.ok(lost > 0);
    assert.equal(served.server.served.lost, lost);
    fast.cancel();
  });

  test("is told of what the exporter had no room for", async () => {
    using served = await serve();
    using client = clientOf(served.target);
    const call = client.stream({ follow: true });
    call.on("error", () => {});
    await once(call, "metadata");
    served.server.take({ kind: "lost", count: 12 });
    const [event] = (await once(call, "data")) as [HubbleEvent];
    assert.deepEqual(event.kind === "lost" && [event.source, event.count, event.nodeName], [
      "OBSERVER_EVENTS_QUEUE",
      12,
      "alpha",
    ]);
    call.cancel();
  });
});

describe("a client that means no good", () => {
  test("is refused by name: an unknown method, a faulty or a compressed message, a large one, one that never comes", async () => {
    using served = await serve({ bounds: { requestMs: 200 } });
    const flows = "/observer.Observer/GetFlows";
    const cases: [path: string, body: Buffer | undefined, status: string, message: RegExp][] = [
      ["/recorder.Recorder/Record", frame(Buffer.alloc(0)), "12", /Recorder/],
      [flows, frame(Buffer.from([0x32, 200, 1])), "3", /GetFlowsRequest/],
      [flows, Buffer.concat([Buffer.from([1, 0, 0, 0, 0])]), "12", /compressed/],
      [flows, Buffer.from([0, 0, 0, 0, 9, 1]), "13", /length/],
      [flows, frame(Buffer.alloc(100_000)), "8", /65536%20bytes|65536 bytes/],
      [flows, undefined, "4", /0\.2/],
    ];
    for (const [path, body, status, message] of cases) {
      const answer = await ask(served.port, path, body);
      assert.equal(answer.status, status, path);
      assert.match(answer.message, message);
    }
    assert.equal(served.server.served.calls, 0);
  });

  test("has a bound on its calls, and on those who follow", async () => {
    using served = await serve({ bounds: { calls: 20, streams: 100 } });
    using client = clientOf(served.target);
    const codes: number[] = [];
    const calls = Array.from({ length: 40 }, () => {
      const call = client.stream({ follow: true });
      return call.on("error", ({ code }: { code?: number }) => codes.push(code ?? -1)).on("data", () => {});
    });
    // Sixteen may follow, and twenty calls are at work at most.
    await until("the others are refused", () => codes.length >= 24);
    assert.deepEqual(new Set(codes), new Set([8]));
    assert.equal(served.server.served.calls, 16);
    for (const call of calls) call.cancel();
    await until("all have gone", () => served.server.served.calls === 0);
  });

  test("sends what is no HTTP/2, and others are answered", async () => {
    using served = await serve({ history: HISTORY });
    const socket = connectTcp(served.port, "127.0.0.1");
    socket.on("error", () => {}).resume();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100));
    await Promise.race([once(socket, "close"), once(socket, "end")]);
    using client = clientOf(served.target);
    assert.equal((await client.flows({ number: 1 })).length, 1);
    socket.destroy();
  });

  test("that asks for a page is told that only gRPC is spoken here", async () => {
    using served = await serve();
    const session = connect(`http://127.0.0.1:${served.port}`);
    const stream = session.request({ ":path": "/" });
    const [headers] = (await once(stream, "response")) as [Record<string, string>];
    assert.equal(headers["grpc-status"], "13");
    session.destroy();
  });

  test("opens connections and says nothing: they end, and those beyond the bound at once", async () => {
    using served = await serve({ bounds: { idleMs: 100, connections: 3 } });
    const sockets = Array.from({ length: 5 }, () => connectTcp(served.port, "127.0.0.1").on("error", () => {}));
    await Promise.all(sockets.map((socket) => once(socket.resume(), "close")));
  });

  test("holds connections without a word: they end long before one that has been used", async () => {
    using served = await serve({ history: HISTORY, bounds: { requestMs: 500 } });
    using client = clientOf(served.target);
    await client.flows({ number: 1 });
    const mute = connectTcp(served.port, "127.0.0.1").on("error", () => {});
    await once(mute.resume(), "close");
    assert.equal((await client.flows({ number: 1 })).length, 1);
  });

  test("asks for what makes no sense at length: the answer says so in few words", async () => {
    using served = await serve();
    using client = clientOf(served.target);
    for (const long of ["x".repeat(30_000), "é".repeat(30_000)]) {
      await assert.rejects(client.flows({ allow: [{ source_ip: [long] }] }), ({ details }: { details: string }) => {
        assert.match(details, /^ip: /);
        return details.length <= 500;
      });
    }
  });

  test("has a filter that takes its time: others are answered meanwhile", async () => {
    const many = Array.from({ length: 5_000 }, (_, number) => hubbleFlow({ uuid: `${number}` }));
    using served = await serve({ history: many });
    using client = clientOf(served.target);
    using other = clientOf(served.target);
    await client.status();
    const allow = Array.from({ length: 60 }, (_, at) => ({
      source_label: Array.from({ length: 20 }, (_, value) => `x${at}=v${value},y in (a,b,c)`),
    }));
    let isDone = false;
    const slow = Promise.all(Array.from({ length: 30 }, () => client.flows({ allow }))).then(() => {
      isDone = true;
    });
    await other.namespaces();
    assert.equal(isDone, false);
    await slow;
  });
});

describe("an observer with TLS", () => {
  const authority = createAuthority("clients");
  const { cert, key } = createServerCertificate("127.0.0.1", authority);
  const pem = { cert: Buffer.from(cert), key: Buffer.from(key) };
  const roots = Buffer.from(authority.certificate);

  test("answers those who know its authority", async () => {
    using served = await serve({ history: HISTORY, credentials: { ...pem, clientCa: undefined } });
    using client = clientOf(served.target, credentials.createSsl(roots));
    assert.equal((await client.flows({ number: 1 })).length, 1);
    const { nodes } = await client.nodes();
    assert.deepEqual(nodes[0]?.tls, { enabled: true, server_name: "alpha.default.hubble-grpc.cilium.io" });
    using plain = clientOf(served.target);
    await assert.rejects(plain.flows({ number: 1 }), /UNAVAILABLE/);
  });

  test("lets in no one without a certificate where it asks for one", async () => {
    using served = await serve({ history: HISTORY, credentials: { ...pem, clientCa: roots } });
    using stranger = clientOf(served.target, credentials.createSsl(roots));
    await assert.rejects(stranger.flows({ number: 1 }), /UNAVAILABLE/);
    using known = clientOf(served.target, credentials.createSsl(roots, pem.key, pem.cert));
    assert.equal((await known.flows({ number: 1 })).length, 1);
  });
});

/** Follows as bytes, and reads none of them before it is told to. */
function openFollower(port: number) {
  const session = connect(`http://127.0.0.1:${port}`).on("error", () => {});
  const { path, requestSerialize, responseDeserialize } = OBSERVER.GetFlows;
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
  const nothing = { number: 0, first: false, sinceMs: undefined, untilMs: undefined, whitelist: [], blacklist: [] };
  stream.on("error", () => {}).end(frame(requestSerialize({ ...nothing, follow: true })));
  const read = (take: (event: HubbleEvent) => void) => {
    let rest = Buffer.alloc(0);
    stream.on("data", (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
        const end = 5 + rest.readUInt32BE(1);
        take(responseDeserialize(rest.subarray(5, end)) as HubbleEvent);
        rest = rest.subarray(end);
      }
    });
  };
  return { stream, read, [Symbol.dispose]: () => session.destroy() };
}

function clientOf(target: string, secured?: ConstructorParameters<typeof HubbleClient>[1]) {
  const client = new HubbleClient(target, secured);
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

/** A call as bytes; without a body it never ends its request. */
async function ask(port: number, path: string, body: Buffer | undefined) {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  try {
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc" });
    const answer = { status: "", message: "", bytes: 0 };
    const take = (headers: Record<string, unknown>) => {
      answer.status ||= `${headers["grpc-status"] ?? ""}`;
      answer.message ||= `${headers["grpc-message"] ?? ""}`;
    };
    stream
      .on("response", take)
      .on("trailers", take)
      .on("error", () => {});
    stream.on("data", (bytes: Buffer) => (answer.bytes += bytes.length));
    if (body) stream.end(body);
    else stream.write(Buffer.alloc(1));
    await once(stream, "close");
    return answer;
  } finally {
    session.destroy(undefined, constants.NGHTTP2_CANCEL);
  }
}
