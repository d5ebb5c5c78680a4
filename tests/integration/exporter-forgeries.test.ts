import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { keyOf, scrapeEdges } from "./exporter/scrape.ts";
import { divertWorld, WORLD_ADDRESS } from "./exporter/world.ts";
import { eventually } from "./lib/eventually.ts";

/** As many as may be under way at once: what a diverted connection carries beyond that is not always diverted. */
const BYTES = 10_000;
const [PORT, HELD_PORT, UDP_PORT] = [7330, 7331, 7332];
const OWN_PORT = 47_330;
const NAMED_PORT = 7333;

type Names = [string, string, string];

/**
 * Who takes a socket with the address of one in the world, and so makes a flow to there look like one that ends here,
 * does not hide what that carries.
 */
describe("flow-exporter and forged other ends", { skip }, () => {
  const rig = new Rig("forgeries");
  before(async () => {
    await rig.setUp();
    const gateway = await rig.peers.gateway();
    const diverted = await divertWorld(gateway);
    after(() => diverted.remove());
    await rig.peers.process("sink", ["late", "0", `${PORT}`]);
    await rig.peers.process("held-sink", ["late", "0", `${HELD_PORT}`]);
    await rig.peers.process("ears", ["hear", `${UDP_PORT}`]);
  });
  after(() => rig.remove());

  const edgeOf = async (source: string, destination: string, port: number, protocol: "tcp" | "udp" = "tcp") =>
    (await scrapeEdges(rig.exporter.url)).get(keyOf({ source, destination, port, protocol }));

  test("a container, with the rights that Docker gives every one: a connection", async () => {
    const forger = "flowtally-test-forger";
    await rig.peers.container(forger, [], "forge", "tcp", WORLD_ADDRESS, `${PORT}`, `${BYTES}`);
    await eventually(15, async () => {
      const { sent, opened } = (await edgeOf(forger, "world", PORT)) ?? {};
      assert.deepEqual({ sent, opened }, { sent: BYTES, opened: 1 });
    });
  });

  test("the same with datagrams, of which the forged end has sent the first", async () => {
    const forger = "flowtally-test-forger-udp";
    await rig.peers.container(forger, [], "forge", "udp", WORLD_ADDRESS, `${UDP_PORT}`, `${BYTES}`);
    await eventually(15, async () => {
      const edges = [...(await scrapeEdges(rig.exporter.url))];
      const between = edges.filter(([key]) => key.includes('"world"') && key.includes(`"${forger}"`));
      const carried = between.map(([, { sent, received }]) => Math.max(sent, received));
      assert.ok(Math.max(...carried) >= BYTES, JSON.stringify(between));
    });
  });

  test("a container that sends a datagram in another one's name: it counts once, as its sender's", async () => {
    const [ears, bystander, sender] = ["hearer", "bystander", "sender"].map(
      (name) => `flowtally-test-${name}`,
    ) as Names;
    await rig.peers.container(ears, [], "hear", `${NAMED_PORT}`);
    await rig.peers.container(bystander, [], "hear", `${NAMED_PORT}`);
    const [to, name] = [await rig.peers.addressOf(ears), await rig.peers.addressOf(bystander)];
    await rig.peers.container(sender, [], "pose", "udp", name, "5353", to, `${NAMED_PORT}`);
    await eventually(15, async () => {
      const edges = [...(await scrapeEdges(rig.exporter.url))];
      const sent = edges
        .filter(([key]) => key.includes(`destination_port="${NAMED_PORT}"`))
        .map(([key, one]) => [key, one.sent]);
      const edge = keyOf({ source: sender, destination: ears, port: NAMED_PORT, protocol: "udp" });
      assert.deepEqual(sent, [[edge, 1]]);
    });
  });

  test("a user, who gives a network namespace of his own the address", async () => {
    const holder = "flowtally-test-holder";
    const own = `${OWN_PORT}`;
    await rig.peers.container(holder, [], "hold", "5000", own, WORLD_ADDRESS, `${HELD_PORT}`, `${BYTES}`);
    const address = await rig.peers.addressOf(holder);
    const setUp = [`ip address add ${WORLD_ADDRESS}/32 dev lo`, "ip link set up dev lo", "ip route add default dev lo"];
    const within = [
      "unshare",
      "--user",
      "--map-root-user",
      "--net",
      "sh",
      "-c",
      `${setUp.join(" && ")} && exec "$@"`,
      "sh",
    ];
    await rig.peers.process("poser", ["pose", "tcp", WORLD_ADDRESS, `${HELD_PORT}`, address, own], within);
    await eventually(20, async () => {
      const { sent, opened } = (await edgeOf(holder, "world", HELD_PORT)) ?? {};
      assert.deepEqual({ sent, opened }, { sent: BYTES, opened: 1 });
    });
  });
});
