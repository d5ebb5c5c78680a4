import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { scrapeEdge, scrapeUp } from "./exporter/scrape.ts";
import { BRIEF_BYTES, BYTES, briefTalkOn, talkOn } from "./exporter/talk.ts";
import { EXPORTER, type RunningExporter, startExporter } from "./exporter/unprivileged.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-told";
const CALLER = "flowtally-test-teller";
const ANSWERER = "flowtally-test-told-brief";
const CONNECTIONS = 23;
const BRIEF = 2_000;

/** One exporter reads the kernel and serves its flows, the other reads nothing but that socket. */
describe("an exporter that reads another one's tracer socket", { skip }, () => {
  const rig = new Rig("told");
  let folder: string;
  let socket: string;
  let reader: RunningExporter;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-told-"));
    await chmod(folder, 0o777);
    socket = path.join(folder, "tracer.sock");
    await rig.setUp({ env: { FLOW_TRACER_SOCKET: socket } });
    reader = await startExporter("/nowhere", { env: { FLOW_SOURCES: `uds:${socket}` } });
    await rig.peers.container(SERVER, [], "serve", "7310", ...BYTES);
    await rig.peers.container(ANSWERER, [], "answer", "7311", ...BRIEF_BYTES);
  });
  after(async () => {
    await reader?.stop();
    await rig.remove();
    await rm(folder, { recursive: true });
  });

  /** One edge, as both have it. */
  const edges = (source: string, destination: string, port: number, protocol: "tcp" | "udp" = "tcp") =>
    Promise.all([rig.exporter.url, reader.url].map((url) => scrapeEdge(url, { source, destination, port, protocol })));

  test("the socket is for its owner and group", async () => {
    const { mode, uid, gid } = await stat(socket);
    assert.deepEqual([mode & 0o777, uid, gid], [0o660, EXPORTER, EXPORTER]);
  });

  test("open connections between two containers agree to the byte, names and all", async () => {
    const server = await rig.peers.addressOf(SERVER);
    await rig.peers.container(CALLER, [], "call", server, "7310", `${CONNECTIONS}`, ...BYTES);
    const expected = talkOn(CONNECTIONS);
    await eventually(20, async () => assert.deepEqual(await edges(CALLER, SERVER, 7310), [expected, expected]));
  });

  test("connections that come and go between two answers do too", async () => {
    const server = await rig.peers.addressOf(ANSWERER);
    // In a container that lives on: the reader knows by Docker alone whose an address is, and asks of those that run.
    await execa("docker", ["exec", CALLER, "/peer", "brief", server, "7311", `${BRIEF}`, ...BRIEF_BYTES]);
    const expected = briefTalkOn(BRIEF);
    await eventually(20, async () => assert.deepEqual(await edges(CALLER, ANSWERER, 7311), [expected, expected]));
  });

  test("datagrams do too", async () => {
    const [ears, mouth] = ["flowtally-test-told-ears", "flowtally-test-told-mouth"];
    await rig.peers.container(ears, [], "hear", "7312");
    await rig.peers.container(mouth, [], "ask", await rig.peers.addressOf(ears), "7312", "50", "600");
    await eventually(20, async () => {
      const both = await edges(mouth, ears, 7312, "udp");
      assert.deepEqual(
        both.map((edge) => [edge?.sent, edge?.received]),
        [
          [50 * 600, 50 * 300],
          [50 * 600, 50 * 300],
        ],
      );
    });
  });

  test("a restart of the one that serves costs the other nothing, and is seen", async () => {
    const name = "flowtally-test-teller-again";
    await rig.peers.container(name, [], "call", await rig.peers.addressOf(SERVER), "7310", `${CONNECTIONS}`, ...BYTES);
    const expected = talkOn(CONNECTIONS);
    const told = async () => (await edges(name, SERVER, 7310))[1];
    await eventually(20, async () => assert.deepEqual(await told(), expected));
    await rig.exporter.kill();
    await eventually(20, async () => assert.equal(await scrapeUp(reader.url, `uds:${socket}`), false));
    await rig.startExporter({ env: { FLOW_TRACER_SOCKET: socket } });
    await eventually(20, async () => {
      assert.equal(await scrapeUp(reader.url, `uds:${socket}`), true);
      const { sent, received, open } = (await told()) ?? {};
      assert.deepEqual(
        { sent, received, open },
        { sent: expected.sent, received: expected.received, open: CONNECTIONS },
      );
    });
    assert.equal((await fetch(`${reader.url}/healthz`)).status, 200);
  });
});
