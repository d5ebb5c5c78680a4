import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { runCrowd } from "./exporter/crowd.ts";
import { IMAGE, NETWORK } from "./exporter/peers.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { keyOf, scrapeEdges } from "./exporter/scrape.ts";
import { BRIEF_BYTES, briefTalkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-host";
const PORT = 7351;
const GUESTS = 200;

describe("flow-exporter and momentary containers", { skip }, () => {
  const rig = new Rig("crowd");
  let server: string;
  before(async () => {
    await rig.setUp();
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    server = await rig.peers.addressOf(SERVER);
  });
  after(() => rig.remove());

  const guest = (number: number) => {
    const connections = 1 + (number % 7);
    const command = ["/peer", "brief", server, `${PORT}`, `${connections}`, ...BRIEF_BYTES];
    return { name: `flowtally-test-guest-${number}`, command, connections };
  };
  const resident = { name: "flowtally-test-20-ms", connections: 1 };

  test(`${GUESTS} containers that are gone as soon as they have spoken have each its own exact edge`, async (t) => {
    const guests = Array.from({ length: GUESTS }, (_, number) => guest(number));
    const stay = { ...resident, command: ["/peer", "stay", "20", server, `${PORT}`, ...BRIEF_BYTES] };
    const { seconds, exitCodes } = await runCrowd(IMAGE, NETWORK, [...guests, stay]);
    t.diagnostic(`${exitCodes.length} containers made and removed in ${seconds.toFixed(1)} s`);
    assert.deepEqual(new Set(exitCodes), new Set([0]));
    const expected = new Map(
      [...guests, stay].map(({ name, connections }) => [edgeOf(name), briefTalkOn(connections)]),
    );
    await eventually(20, async () => assert.deepEqual(await guestEdges(), new Map([...expected].sort())));
  });

  const edgeOf = (source: string) => keyOf({ source, destination: SERVER, port: PORT });

  /** All edges to the server, whatever their source is called. */
  const guestEdges = async () => {
    const edges = [...(await scrapeEdges(rig.exporter.url))];
    return new Map(edges.filter(([key]) => key.includes(`destination="${SERVER}"`)).sort());
  };
});
