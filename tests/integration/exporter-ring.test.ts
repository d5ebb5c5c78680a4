import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { scrapeEdge } from "./exporter/scrape.ts";
import { BRIEF_BYTES, briefTalkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";
import { readStatus } from "./lib/rows.ts";

const SERVER = "flowtally-test-ring";
const PORT = 7381;
const RING = 1_024;
/** Two rows each: less than half of the ring together. */
const CONNECTIONS = 200;
const BURSTS = 6;
/** The last of them may still wait for a cycle. */
const READ = 4;

/** A ring of ended flows that is full long before the next cycle. */
describe("flow-exporter, between two cycles", { skip }, () => {
  const rig = new Rig("early", { tracerArgs: ["--max-closed", `${RING}`], collectSeconds: 60, keepState: true });
  before(async () => {
    await rig.setUp();
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
  });
  after(() => rig.remove());

  test("reads what has ended when the ring is half full, and loses none", async () => {
    const address = await rig.peers.addressOf(SERVER);
    const names = Array.from({ length: BURSTS }, (_, burst) => `burst-${burst}`);
    for (const name of names) {
      await rig.peers.process(name, ["brief", address, `${PORT}`, `${CONNECTIONS}`, ...BRIEF_BYTES]);
      await eventually(10, () => {
        const { closedWritten, closedFreed } = readStatus(rig.tracer.pins);
        assert.ok(closedWritten - closedFreed < RING / 2, `${closedWritten - closedFreed} wait after ${name}`);
      });
    }
    assert.equal(readStatus(rig.tracer.pins).closedLost, 0);
    for (const name of names.slice(0, READ)) {
      const edge = { source: `host/${name}`, destination: SERVER, port: PORT };
      assert.deepEqual(await scrapeEdge(rig.exporter.url, edge), briefTalkOn(CONNECTIONS));
    }
  });
});
