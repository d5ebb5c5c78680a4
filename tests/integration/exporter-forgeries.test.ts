import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { keyOf, scrapeEdges } from "./exporter/scrape.ts";
import { divert, LAN_ADDRESS, WORLD_ADDRESS } from "./exporter/world.ts";
import { eventually } from "./lib/eventually.ts";

/** As many as may be under way at once: what a diverted connection carries beyond that is not always diverted. */
const BYTES = 10_000;
const [PORT, HELD_PORT, UDP_PORT, NAMED_PORT, LAN_PORT] = [7330, 7331, 7332, 7333, 7334];
const OWN_PORT = 47_330;
/** Of flows that a user's own sockets mirror: to a private address, and between two containers. */
const MIRRORED = { tcp: { lan: 7335, inner: 7336 }, udp: { lan: 7337, inner: 7338 } };
const LISTEN = { tcp: ["late", "0"], udp: ["hear"] };
/** What the mirrors carry among each other. */
const FORGED = 1_000_000;

type Names = [string, string, string];

/**
 * Who takes a socket with the address of one in the world, and so makes a flow to there look like one that ends here,
 * does not hide what that carries.
 */
describe("flow-exporter and forged other ends", { skip }, () => {
  const rig = new Rig("forgeries");
  const diversions: { remove(): Promise<void> }[] = [];
  before(async () => {
    await rig.setUp();
    const gateway = await rig.peers.gateway();
    for (const address of [WORLD_ADDRESS, LAN_ADDRESS]) {
      diversions.push(await divert(address, gateway));
    }
    for (const port of [PORT, HELD_PORT, LAN_PORT, MIRRORED.tcp.lan]) await listen("tcp", port);
    for (const port of [UDP_PORT, MIRRORED.udp.lan]) await listen("udp", port);
  });
  after(async () => {
    for (const diversion of diversions) await diversion.remove();
    await rig.remove();
  });

  /** What is sent elsewhere arrives there. */
  const listen = (kind: "tcp" | "udp", port: number) => rig.peers.process(`sink-${port}`, [...LISTEN[kind], `${port}`]);
  /** The edges of a container at a port, but those to where it is diverted, and what they have sent. */
  const sentAt = async (port: number, container: string) => {
    const edges = [...(await scrapeEdges(rig.exporter.url))].map(([key, { sent }]) => {
      const [, source, destination, at] = key.match(/^source="(.*)",destination="(.*)",destination_port="(.*?)"/) ?? [];
      return { source, destination, at, sent };
    });
    const own = edges.filter(({ source, destination }) => [source, destination].includes(container));
    const elsewhere = own.filter(({ at, destination }) => at === `${port}` && destination !== `host/sink-${port}`);
    return elsewhere.map(({ source, destination, sent }) => `${source} > ${destination} ${sent}`);
  };
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

  for (const [where, address, port] of [
    ["the world", WORLD_ADDRESS, HELD_PORT],
    ["the private network", LAN_ADDRESS, LAN_PORT],
  ] as const) {
    test(`a user, who gives a network namespace of his own an address of ${where}`, async () => {
      const holder = `flowtally-test-holder-${port}`;
      const own = `${OWN_PORT}`;
      await rig.peers.container(holder, [], "hold", "tcp", "5000", own, address, `${port}`, `${BYTES}`);
      const to = await rig.peers.addressOf(holder);
      await rig.peers.process(`poser-${port}`, ["pose", "tcp", address, `${port}`, to, own], usersOwn(address));
      await eventually(20, async () => {
        assert.deepEqual(await sentAt(port, holder), [`${holder} > world ${BYTES}`]);
      });
    });
  }

  for (const kind of ["tcp", "udp"] as const) {
    const { lan, inner } = MIRRORED[kind];
    const bytes = kind === "tcp" ? BYTES : BYTES + 1;

    test(`a user, whose own network namespace has both addresses of a container's ${kind} flow to elsewhere`, async () => {
      const holder = `flowtally-test-mirrored-${kind}`;
      await rig.peers.container(holder, [], "hold", kind, "5000", `${OWN_PORT}`, LAN_ADDRESS, `${lan}`, `${BYTES}`);
      const address = await rig.peers.addressOf(holder);
      const mirror = ["mirror", kind, LAN_ADDRESS, `${lan}`, address, `${OWN_PORT}`, `${FORGED}`];
      await rig.peers.process(`user-${kind}`, mirror, usersOwn(LAN_ADDRESS, address));
      await eventually(20, async () => {
        assert.deepEqual(await sentAt(lan, holder), [`${holder} > world ${bytes}`]);
      });
    });

    test(`a user, whose own network namespace has both addresses of a ${kind} flow between two containers`, async () => {
      const [from, to] = [`flowtally-test-from-${kind}`, `flowtally-test-to-${kind}`];
      await rig.peers.container(to, [], ...LISTEN[kind], `${inner}`);
      const server = await rig.peers.addressOf(to);
      await rig.peers.container(from, [], "hold", kind, "5000", `${OWN_PORT}`, server, `${inner}`, `${BYTES}`);
      const client = await rig.peers.addressOf(from);
      const mirror = ["mirror", kind, server, `${inner}`, client, `${OWN_PORT}`, `${FORGED}`];
      await rig.peers.process(`between-${kind}`, mirror, usersOwn(client, server));
      await eventually(20, async () => {
        const edge = `${from} > ${to} ${bytes}`;
        assert.deepEqual([await sentAt(inner, from), await sentAt(inner, to)], [[edge], [edge]]);
      });
    });
  }
});

/** A command that runs another one as a user does who makes a network namespace, and gives it these addresses. */
function usersOwn(...addresses: readonly string[]): string[] {
  const setUp = [
    ...addresses.map((address) => `ip address add ${address}/32 dev lo`),
    "ip link set up dev lo",
    "ip route add default dev lo",
  ];
  return ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", `${setUp.join(" && ")} && exec "$@"`, "sh"];
}
