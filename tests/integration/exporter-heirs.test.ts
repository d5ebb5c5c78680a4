import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { NETWORK } from "./exporter/peers.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { keyOf, scrapeEdges } from "./exporter/scrape.ts";
import { BYTES, talkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SUBNET = "10.232.77.0/24";
const [ADDRESS, ELSEWHERE] = ["10.232.77.50", "10.232.77.60"];
const SERVED_PORT = 7340;
/** Where nobody listens: only the address shows whose such a flow is. */
const DEAF_PORTS = { brief: 7341, moved: 7342 };
const LETTER = 777;
const LONG_SECONDS = 10;

/** A container that inherits another's address gets nothing of what that one was sent. */
describe("flow-exporter and the heirs of addresses", { skip }, () => {
  // So long between reads that an address can go from one to another meanwhile.
  const rig = new Rig("heirs", { keepState: true, collectSeconds: LONG_SECONDS, networkArgs: ["--subnet", SUBNET] });
  before(() => rig.setUp());
  after(() => rig.remove());

  const received = async (port: number) => {
    const edges = [...(await scrapeEdges(rig.exporter.url))];
    const toPort = edges.filter(([key]) => key.includes(`destination_port="${port}"`));
    return toPort.map(([key, { sent }]) => [key.match(/destination="([^"]*)"/)?.[1], sent]);
  };
  const isKnown = async (name: string) => {
    const caller = `to-${name.slice(-10)}`;
    await rig.peers.process(caller, ["call", ADDRESS, `${SERVED_PORT}`, "1", ...BYTES]);
    await eventually(4 * LONG_SECONDS, async () => {
      const edges = await scrapeEdges(rig.exporter.url);
      const key = keyOf({ source: `host/${caller}`, destination: name, port: SERVED_PORT });
      assert.deepEqual(edges.get(key), talkOn(1));
    });
  };
  const serve = (name: string, address: string) =>
    rig.peers.container(name, ["--network", NETWORK, "--ip", address], "serve", `${SERVED_PORT}`, ...BYTES);

  test("one that is started after the other has gone", async () => {
    const [former, heir] = ["flowtally-test-former", "flowtally-test-heir"];
    await serve(former, ADDRESS);
    await isKnown(former);
    await send(DEAF_PORTS.brief);
    await rig.peers.removeContainer(former);
    await serve(heir, ADDRESS);
    await eventually(4 * LONG_SECONDS, async () =>
      assert.deepEqual(await received(DEAF_PORTS.brief), [[former, LETTER]]),
    );
    await rig.peers.removeContainer(heir);
  });

  test("one that gets its address while no exporter runs: nobody knows who had it meanwhile", async () => {
    const [former, heir] = ["flowtally-test-leaver", "flowtally-test-joiner"];
    await serve(heir, ELSEWHERE);
    await serve(former, ADDRESS);
    await isKnown(former);
    await rig.exporter.stop();
    await send(DEAF_PORTS.moved);
    await execa("docker", ["network", "disconnect", NETWORK, former]);
    await execa("docker", ["network", "disconnect", NETWORK, heir]);
    await execa("docker", ["network", "connect", "--ip", ADDRESS, NETWORK, heir]);
    await rig.startExporter();
    await eventually(4 * LONG_SECONDS, async () =>
      assert.deepEqual(await received(DEAF_PORTS.moved), [["container/~unknown", LETTER]]),
    );
  });
});

/** Sends a datagram to whoever has the address now. */
async function send(port: number): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) =>
    socket.send(Buffer.alloc(LETTER), port, ADDRESS, (error) => (error ? reject(error) : resolve())),
  );
  socket.close();
}
