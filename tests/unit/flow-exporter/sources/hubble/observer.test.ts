import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ServerCredentials } from "@grpc/grpc-js";
import { readObserver } from "../../../../../exporters/flow-exporter/sources/hubble/observer-stream.ts";
import type { HubbleTls } from "../../../../../exporters/flow-exporter/sources/hubble/settings.ts";
import { LINES } from "../../hubble/lib/samples.ts";
import { createAuthority, createServerCertificate } from "../../lib/certificates.ts";
import { until } from "../../lib/until.ts";
import { Observer } from "./lib/observer.ts";
import { Reading } from "./lib/reading.ts";

const readingOf = ({ address }: Observer, tls?: HubbleTls) =>
  new Reading({ kind: "observer", name: `hubble:${address}`, address }, tls).start();
const asked = (observer: Observer, times = 1) => until("it is asked", () => observer.calls.length >= times);
/** The same line as another event, later by so many seconds. */
const later = (line: string, seconds: number) =>
  line.replaceAll("10:00:00", `10:00:0${seconds}`).replace("000000000001", `00000000000${seconds}`);

describe("an observer that is read", () => {
  it("is asked for all flows from now on, and has what it tells made edges", async () => {
    const observer = await new Observer().start();
    const reading = readingOf(observer);
    await asked(observer);
    const request = observer.requests[0];
    assert.deepEqual(
      [request?.follow, request?.number, request?.sinceMs, request?.whitelist],
      [true, 0, undefined, []],
    );
    await until("it works", () => reading.source.health.up === true);
    observer.tell(LINES.syn, LINES.reply, LINES.lost, LINES.status, LINES.agent);
    await until("all is counted", () => reading.events === 2);
    const edge = reading.byName()["shop/web-1 → shop/api-1:80/tcp"];
    assert.deepEqual([edge?.flows, edge?.replies, edge?.origin], [2, 1, `hubble:${observer.address}`]);
    assert.deepEqual([...reading.source.lost], [["HUBBLE_RING_BUFFER", 12]]);
    assert.deepEqual([...reading.source.faults], [["node_unavailable", 1]]);
    await reading.stop();
    observer.stop();
  });

  it("is asked again once it is back, from where it broke off, and no event counts twice", async () => {
    const observer = await new Observer().start();
    const reading = readingOf(observer);
    await asked(observer);
    observer.tell(LINES.syn, later(LINES.syn, 2));
    await until("both are counted", () => reading.events === 2);
    observer.stop();
    await until("it fails", () => reading.source.health.up === false);
    await observer.start(ServerCredentials.createInsecure(), observer.port);
    await asked(observer, 2);
    assert.equal(observer.requests[1]?.sinceMs, Date.parse("2026-11-27T10:00:01Z") + 123.456);
    observer.tell(LINES.syn, later(LINES.syn, 2), later(LINES.syn, 3));
    await until("the new one is counted", () => reading.events === 3);
    assert.equal(reading.source.health.up, true);
    assert.ok(reading.faults("broken") + reading.faults("unreachable") >= 1);
    await reading.stop();
    observer.stop();
  });

  it("may send a frame that makes no sense, and goes on", async () => {
    const observer = await new Observer().start();
    const reading = readingOf(observer);
    await asked(observer);
    observer.tell(Buffer.from("no message"), LINES.syn, Buffer.from([0x0a, 0x7f]), LINES.dropped);
    await until("the good ones are counted", () => reading.events === 2);
    assert.equal(reading.faults("bad_frame"), 2);
    assert.equal(observer.calls.length, 1);
    await reading.stop();
    observer.stop();
  });

  it("may end the stream, or refuse to answer", async () => {
    const observer = await new Observer().start();
    const reading = readingOf(observer);
    await asked(observer);
    observer.calls[0]?.end();
    await until("it is known", () => reading.faults("ended") === 1);
    await asked(observer, 2);
    observer.calls[1]?.emit("error", { code: 7, details: "not you" });
    await until("it is known", () => reading.faults("refused") === 1);
    assert.match(reading.source.health.reason, /it refuses to answer: not you/);
    await reading.stop();
    observer.stop();
  });

  it("is told apart from what is none, and from nothing", async () => {
    const observer = await new Observer().start();
    observer.stop();
    const reading = readingOf(observer);
    await until("it fails", () => reading.faults("unreachable") > 0);
    assert.match(reading.source.health.reason, /no observer can be reached there: .*ECONNREFUSED/);
    await reading.stop();
  });
});

describe("an observer that is gone without a word", () => {
  const signs = { everyMs: 20, waitMs: 200 };
  const SILENT = "nothing there answers: 0.2 s";

  it("is told apart from one with nothing to tell, and waited for on one connection", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.resume())).listen(0, "127.0.0.1");
    await once(server, "listening");
    const faults: string[] = [];
    const listener = { onOpen() {}, onFrame() {}, onSilent: ({ message }: Error) => void faults.push(message) };
    const { port } = server.address() as AddressInfo;
    const reading = readObserver(
      `127.0.0.1:${port}`,
      undefined,
      undefined,
      listener,
      new AbortController().signal,
      signs,
    );
    await until("it is known", () => faults.length === 2);
    assert.deepEqual([faults, sockets.length], [[SILENT, SILENT], 1]);
    server.close();
    sockets[0]?.destroy();
    await assert.rejects(reading, { name: "SourceFault" });
  });

  it("is noticed in the midst of a stream, and one that goes on answering is read on", async () => {
    const observer = await new Observer().start();
    const listener = { onOpen() {}, onFrame() {}, onSilent() {} };
    const { signal } = new AbortController();
    const reading = readObserver(observer.address, undefined, undefined, listener, signal, signs);
    await until("it is asked several times", () => observer.statuses > 3);
    observer.isSilent = true;
    await assert.rejects(reading, { fault: "silent", message: SILENT });
    observer.stop();
  });
});

describe("an observer behind TLS", () => {
  const authority = createAuthority("relay");
  const server = createServerCertificate("127.0.0.1", authority);
  const client = createServerCertificate("127.0.0.2", authority);
  let folder: string;
  const file = (name: string) => path.join(folder, name);
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-hubble-"));
    await writeFile(file("ca.crt"), authority.certificate);
    await writeFile(file("client.crt"), client.cert);
    await writeFile(file("client.key"), client.key);
  });
  after(() => rm(folder, { recursive: true }));

  const serving = (checksClients: boolean) => {
    const pair = { private_key: Buffer.from(server.key), cert_chain: Buffer.from(server.cert) };
    return new Observer().start(ServerCredentials.createSsl(Buffer.from(authority.certificate), [pair], checksClients));
  };
  const tlsOf = (values: Partial<HubbleTls>): HubbleTls => {
    return { caFile: file("ca.crt"), certFile: undefined, keyFile: undefined, serverName: undefined, ...values };
  };

  it("is read where its certificate is signed by whom the settings name", async () => {
    const observer = await serving(false);
    const reading = readingOf(observer, tlsOf({}));
    await asked(observer);
    observer.tell(LINES.syn);
    await until("it is counted", () => reading.events === 1);
    await reading.stop();
    observer.stop();
  });

  it("is shown who asks, where it wants to know that", async () => {
    const observer = await serving(true);
    const stranger = readingOf(observer, tlsOf({}));
    await until("a stranger fails", () => stranger.source.health.up === false);
    const reading = readingOf(observer, tlsOf({ certFile: file("client.crt"), keyFile: file("client.key") }));
    await asked(observer);
    observer.tell(LINES.syn);
    await until("it is counted", () => reading.events === 1);
    await Promise.all([reading.stop(), stranger.stop()]);
    observer.stop();
  });

  for (const [what, values, reason] of [
    ["another's name", { serverName: "relay.example" }, /TLS could not be agreed on: .*(altname|Hostname)/i],
    ["a signer that nobody named", { caFile: undefined }, /TLS could not be agreed on/],
    ["a file that is not there", { caFile: "/nowhere/ca.crt" }, /a file of HUBBLE_SOURCE_… cannot be used: ENOENT/],
  ] as const) {
    it(`is not believed with ${what}`, async () => {
      const observer = await serving(false);
      const reading = readingOf(observer, tlsOf(values));
      await until("it fails", () => reading.take().source.faults.size > 0);
      assert.match(reading.source.health.reason, reason);
      assert.equal(observer.calls.length, 0);
      await reading.stop();
      observer.stop();
    });
  }
});
