import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { runCrowd } from "./exporter/crowd.ts";
import { createPeers, IMAGE, NETWORK, type Peers } from "./exporter/peers.ts";
import { exporterLacks } from "./exporter/requirements.ts";
import { keyOf, scrapeEdges } from "./exporter/scrape.ts";
import { BRIEF_BYTES, briefTalkOn } from "./exporter/talk.ts";
import { type RunningExporter, startExporter } from "./exporter/unprivileged.ts";
import { eventually } from "./lib/eventually.ts";
import { buildTracer, startTracer, type Tracer } from "./lib/tracer.ts";

const SERVER = "flowtally-test-host";
const PORT = 7351;
const GUESTS = 200;

const lacks = await exporterLacks();

describe("flow-exporter and momentary containers", { skip: lacks ?? false }, () => {
  let tracer: Tracer;
  let exporter: RunningExporter;
  let peers: Peers;
  let server: string;
  before(async () => {
    await buildTracer();
    tracer = await startTracer("crowd");
    exporter = await startExporter(tracer.pins);
    peers = await createPeers();
    await peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    server = await peers.addressOf(SERVER);
  });
  after(async () => {
    await peers?.removeAll();
    await exporter?.stop();
    await tracer?.stop();
  });

  const guest = (number: number) => {
    const connections = 1 + (number % 7);
    const command = ["/peer", "brief", server, `${PORT}`, `${connections}`, ...BRIEF_BYTES];
    return { name: `flowtally-test-guest-${number}`, command, connections };
  };
  const resident = { name: "flowtally-test-200-ms", connections: 1 };

  test(`${GUESTS} containers that are gone as soon as they have spoken have each its own exact edge`, async (t) => {
    const guests = Array.from({ length: GUESTS }, (_, number) => guest(number));
    const stay = { ...resident, command: ["/peer", "stay", "200", server, `${PORT}`, ...BRIEF_BYTES] };
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
    const edges = [...(await scrapeEdges(exporter.url))];
    return new Map(edges.filter(([key]) => key.includes(`destination="${SERVER}"`)).sort());
  };
});
