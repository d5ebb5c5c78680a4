import assert from "node:assert/strict";
import { cp, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Graph } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { type LoneExporter, startAlone } from "./exporter/alone.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { scrapeEdge, scrapeEdges } from "./exporter/scrape.ts";
import { BRIEF_BYTES, BYTES, briefTalkOn, talkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-recorded";
const CALLER = "flowtally-test-recorded-caller";
const BRIEF = "flowtally-test-recorded-brief";
const DATAGRAMS = "flowtally-test-recorded-mouth";
const [PORT, UDP_PORT] = [7481, 7482];
const [OPEN, ENDED_BEFORE, ENDED] = [3, 4, 5];

interface Health {
  sources: Record<string, { up: boolean | null; reason: string }>;
  recorder: { state: string; cycles: number; lost_cycles: number; ending: string | null } | null;
  recording: { cycles: number; replayed: number } | null;
}

/** What an exporter counts, recorded by it, and counted again where there is neither a tracer nor Docker. */
describe("a recording of what the kernel and Docker hand over", { skip }, () => {
  const rig = new Rig("replay", { tracerArgs: ["--udp", "on"], keepState: true });
  let folder: string;
  let replayed: LoneExporter;
  let counted: { edges: Map<string, unknown>; graph: unknown };
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-recording-"));
    await rig.setUp();
    await rig.peers.container(SERVER, [], "serve", `${PORT}`, ...BYTES);
    await rig.peers.container(`${SERVER}-brief`, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    await rig.peers.container(`${SERVER}-ears`, [], "hear", `${UDP_PORT}`);
  });
  after(async () => {
    await replayed?.stop();
    await rig.remove();
    await rm(folder, { recursive: true });
  });

  test("is made while flows come and go, and takes nothing from the exporter", async () => {
    const { exporter, peers } = rig;
    const [server, brief, ears] = await Promise.all(
      ["", "-brief", "-ears"].map((end) => peers.addressOf(SERVER + end)),
    );
    await peers.container(CALLER, [], "call", `${server}`, `${PORT}`, `${OPEN}`, ...BYTES);
    await peers.container(`${BRIEF}-1`, [], "brief", `${brief}`, `${PORT}`, `${ENDED_BEFORE}`, ...BRIEF_BYTES);
    await hasBriefTalk(exporter.url, 1, ENDED_BEFORE);
    exporter.signal("SIGUSR2");
    await eventually(10, async () => assert.equal((await healthOf(exporter.url)).recorder?.state, "recording"));
    await peers.container(`${BRIEF}-2`, [], "brief", `${brief}`, `${PORT}`, `${ENDED}`, ...BRIEF_BYTES);
    await peers.container(DATAGRAMS, [], "ask", `${ears}`, `${UDP_PORT}`, "5", "600");
    await hasTheEdges(exporter.url);
    exporter.signal("SIGHUP");
    await eventually(10, async () => assert.equal((await healthOf(exporter.url)).recorder?.state, "kept"));
    const { recorder } = await healthOf(exporter.url);
    assert.deepEqual([recorder?.ending, recorder?.lost_cycles], ["asked", 0]);
    counted = { edges: await ownEdges(exporter.url), graph: await ownGraph(exporter.url) };
    const made = path.join(rig.state, "recording");
    await cp(made, path.join(folder, "made"), { recursive: true });
    exporter.signal("SIGHUP");
    await eventually(10, () => assert.rejects(stat(made), /ENOENT/));
  });

  test("gives the same edges, exact to the byte, without pins and without Docker", async () => {
    const nowhere = path.join(folder, "nowhere");
    const env = { FLOW_RECORDING: path.join(folder, "made"), FLOW_PINS: nowhere, FLOW_PROC: nowhere };
    replayed = await startAlone({ env: { ...env, DOCKER_SOCKET: nowhere } });
    await eventually(60, async () => {
      const { recording } = await healthOf(replayed.url);
      assert.equal(recording?.replayed, recording?.cycles);
    });
    const { sources, recorder } = await healthOf(replayed.url);
    assert.equal(recorder, null);
    assert.deepEqual(
      Object.entries(sources).filter(([, { up }]) => up === false),
      [],
    );
    assert.equal(counted.edges.size, 4);
    assert.deepEqual(await ownEdges(replayed.url), counted.edges);
    assert.deepEqual(await ownGraph(replayed.url), counted.graph);
    await hasTheEdges(replayed.url);
  });

  test("that is cut off starts no exporter, which says what is wrong with it", async () => {
    await rm(path.join(folder, "made", "0000", "status"));
    const starting = startAlone({ env: { FLOW_RECORDING: path.join(folder, "made") } });
    await assert.rejects(starting, /TRUNCATED: 0000\/status has 0 bytes, and was written with \d+/);
  });
});

async function healthOf(url: string): Promise<Health> {
  return (await (await fetch(`${url}/healthz`)).json()) as Health;
}

/** Those between the containers of this test; whatever else goes on on the machine may have gone on. */
async function ownEdges(url: string) {
  return new Map([...(await scrapeEdges(url))].filter(([key]) => key.startsWith(`source="${SERVER}`)).sort());
}

async function ownGraph(url: string) {
  const { links } = (await (await fetch(`${url}/api/graph`)).json()) as Graph;
  const own = links.filter(({ source }) => source.startsWith(SERVER));
  // What is of the moment goes on: how long ago it was, and what the last seconds were like.
  return own.map(({ idle_seconds: _, per_second: _rates, rtt_seconds: _rtt, ...link }) => JSON.stringify(link)).sort();
}

async function hasBriefTalk(url: string, number: number, connections: number): Promise<void> {
  const edge = { source: `${BRIEF}-${number}`, destination: `${SERVER}-brief`, port: PORT };
  await eventually(30, async () => assert.deepEqual(await scrapeEdge(url, edge), briefTalkOn(connections)));
}

async function hasTheEdges(url: string): Promise<void> {
  await hasBriefTalk(url, 1, ENDED_BEFORE);
  await hasBriefTalk(url, 2, ENDED);
  await eventually(30, async () => {
    const talk = await scrapeEdge(url, { source: CALLER, destination: SERVER, port: PORT });
    assert.deepEqual(talk, talkOn(OPEN));
    const edge = { source: DATAGRAMS, destination: `${SERVER}-ears`, port: UDP_PORT, protocol: "udp" } as const;
    const datagrams = await scrapeEdge(url, edge);
    assert.deepEqual([datagrams?.sent, datagrams?.received], [5 * 600, 5 * 300]);
  });
}
