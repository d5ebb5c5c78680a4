import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { keyOf, scrapeEdges } from "./exporter/scrape.ts";
import { BYTES, REQUEST, RESPONSE, talkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";
import { buildTracer } from "./lib/tracer.ts";

const SERVER = "flowtally-test-elder";
const CLIENT = "flowtally-test-old";
const CALLER = "old-caller";
/** A server that closes what its client has closed, and a process that does so when it is told to. */
const PARTING = "flowtally-test-parting";
const LEAVER = "old-leaver";
const LONGEST_MS = 600_000;
/** Above every port that the kernel gives to clients: by the ports alone, the clients would seem to serve. */
const PORT = 61_001;
const CONNECTIONS = 11;
const EXPECTED = talkOn(CONNECTIONS);

/** Flows that were open before tracer and exporter: whole, with their owners, and in the right direction. */
describe("flow-exporter and flows older than the tracer", { skip }, () => {
  const rig = new Rig("older");
  let leaving: Promise<void>;
  before(async () => {
    await buildTracer();
    await rig.createPeers();
    await rig.peers.container(SERVER, [], "serve", `${PORT}`, ...BYTES);
    const call = ["call", await rig.peers.addressOf(SERVER), `${PORT}`, `${CONNECTIONS}`, ...BYTES];
    await rig.peers.container(CLIENT, [], ...call);
    await rig.peers.process(CALLER, call);
    await rig.peers.container(PARTING, [], "answer", `${PORT}`, ...BYTES);
    const parting = await rig.peers.addressOf(PARTING);
    leaving = rig.peers.process(LEAVER, ["stay", `${LONGEST_MS}`, parting, `${PORT}`, ...BYTES]);
    await eventually(5, async () => {
      assert.match((await execa("ss", ["-tnH", "dst", `${parting}:${PORT}`])).stdout, /^ESTAB/);
    });
    await rig.startTracer();
    await rig.startExporter();
  });
  after(() => rig.remove());

  /** All edges with either of `names` at one of their ends. */
  const edgesOf = async (...names: string[]) => {
    const edges = [...(await scrapeEdges(rig.exporter.url))];
    const found = edges.filter(([key]) => names.some((name) => key.includes(`"${name}"`)));
    return Object.fromEntries(found.sort(([one], [other]) => (one < other ? -1 : 1)));
  };
  const expected = (counters: typeof EXPECTED) => ({
    [keyOf({ source: CLIENT, destination: SERVER, port: PORT })]: counters,
    [keyOf({ source: `host/${CALLER}`, destination: SERVER, port: PORT })]: counters,
  });

  test("are one edge for each client, with every byte since they were opened", async () => {
    await eventually(15, async () => assert.deepEqual(await edgesOf(SERVER, CLIENT), expected(EXPECTED)));
  });

  test("stay as they were with the next tracer and the next exporter", async () => {
    await rig.tracer.stop();
    await rig.startTracer();
    await rig.exporter.stop();
    await rig.startExporter();
    await eventually(15, async () => assert.deepEqual(await edgesOf(SERVER, CLIENT), expected(EXPECTED)));
  });

  test("end as others do", async () => {
    await execa("pkill", ["--signal", "USR1", "--exact", LEAVER]);
    await leaving;
    const source = `host/${LEAVER}`;
    const edge = keyOf({ source, destination: PARTING, port: PORT });
    const ended = { sent: REQUEST, received: RESPONSE, open: 0, opened: 1, closed: 1, failed: 0 };
    await eventually(15, async () => assert.deepEqual(await edgesOf(source), { [edge]: ended }));
  });
});
