import assert from "node:assert/strict";
import { chmod, mkdtemp, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { createDockerGate, type DockerGate } from "./exporter/docker-gate.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { scrapeEdge, scrapeUp } from "./exporter/scrape.ts";
import { BRIEF_BYTES, BRIEF_REQUEST, BRIEF_RESPONSE, briefTalkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-steady";
const PORT = 7371;
const COUNT = 5;
const EXPECTED = briefTalkOn(COUNT);
const REFRESH_SECONDS = 2;

/** One part that is slow or fails degrades that part alone, shows, and heals by itself. */
describe("flow-exporter, when a part fails", { skip }, () => {
  let gate: DockerGate;
  let rig: Rig;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-safety-"));
    await chmod(folder, 0o755);
    gate = await createDockerGate();
    rig = new Rig("safety", {
      tracerArgs: ["--udp", "on"],
      dockerSocket: gate.socket,
      refreshSeconds: REFRESH_SECONDS,
    });
    await rig.setUp();
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
  });
  after(async () => {
    await rig?.remove();
    await gate?.remove();
    if (folder) await rm(folder, { recursive: true });
  });

  const brief = async () => ["brief", await rig.peers.addressOf(SERVER), `${PORT}`, `${COUNT}`, ...BRIEF_BYTES];
  /** A process of the host that calls the server, of a name that nobody had before. */
  let callers = 0;
  const callerCounts = async () => {
    const name = `caller-${++callers}`;
    await rig.peers.process(name, await brief());
    const edge = { source: `host/${name}`, destination: SERVER, port: PORT };
    await eventually(15, async () => assert.deepEqual(await scrapeEdge(rig.exporter.url, edge), EXPECTED));
  };
  const isUp = async (source: string, expected: boolean, reason?: RegExp) => {
    await eventually(20, async () => {
      assert.equal(await scrapeUp(rig.exporter.url, source), expected);
      const last = rig.exporter.log.findLast((line) => line.source === source);
      assert.equal(last?.msg, expected ? "source works" : "source fails");
      if (reason) assert.match(last?.reason ?? "", reason);
    });
  };
  const knownContainers = async (url: string) => {
    const response = await fetch(`${url}/api/containers?limit=10000`);
    return ((await response.json()) as { containers: { name: string }[] }).containers.map(({ name }) => name);
  };
  const isKnown = async (name: string, seconds: number, url = rig.exporter.url) => {
    await eventually(seconds, async () => assert.ok((await knownContainers(url)).includes(name), name));
  };
  /** Another exporter, with a tracer of its own: one tracer has one reader. */
  const alone = async (refreshSeconds: number, use: (url: string) => Promise<void>) => {
    const other = new Rig("safety-alone", { dockerSocket: gate.socket, refreshSeconds });
    try {
      await other.startTracer();
      await other.startExporter();
      await use(other.exporter.url);
    } finally {
      await other.remove();
    }
  };

  describe("Docker", () => {
    test("knows a new container by its events, at once", async () => {
      const name = "flowtally-test-told";
      await alone(60, async (url) => {
        await rig.peers.container(name, [], "hear", "7372");
        await isKnown(name, 1, url);
      });
    });

    test("knows it by the next refresh where its events are missed", async () => {
      gate.behave("no events");
      const name = "flowtally-test-untold";
      await rig.peers.container(name, [], "hear", "7372");
      await isKnown(name, 2 * REFRESH_SECONDS);
      await isUp("docker-events", false, /no answer from Docker within 5000 ms/);
      await isUp("docker", true);
      gate.behave("open");
      await isUp("docker-events", true);
    });

    for (const [behaviour, reason] of [
      ["hanging", /no answer from Docker within 5000 ms/],
      ["garbage", /Docker's answer is no list of containers/],
    ] as const) {
      test(`${behaviour}: flows count under the names that are known, and it heals`, async () => {
        const name = `flowtally-test-${behaviour}`;
        gate.behave(behaviour);
        await isUp("docker", false, reason);
        await callerCounts();
        await rig.peers.container(name, [], "hear", "7372");
        gate.behave("open");
        await isUp("docker", true);
        await isUp("docker-events", true);
        await isKnown(name, 5);
      });
    }

    test("gone: flows count under the names that are known, and it heals", async () => {
      await gate.leave();
      await isUp("docker", false, /ENOENT|ECONNREFUSED|socket hang up/);
      await callerCounts();
      await gate.comeBack();
      await isUp("docker", true);
      await isUp("docker-events", true);
    });

    test("not there at the start: containers are called by their ids, and by their names once it comes", async () => {
      const [early, late] = ["flowtally-test-early", "flowtally-test-after"];
      const nameless = async (name: string) => `container/${(await rig.peers.idOf(name)).slice(0, 12)}`;
      // Without Docker's events, only the reads once a second show which cgroup is whose.
      const stay = ["stay", "2500", await rig.peers.addressOf(SERVER), `${PORT}`, ...BRIEF_BYTES];
      await gate.leave();
      await alone(REFRESH_SECONDS, async (url) => {
        const becomes = async (source: string, destination: string) => {
          const edge = { source, destination, port: PORT };
          const once = { sent: BRIEF_REQUEST, received: BRIEF_RESPONSE, open: 0, opened: 1, closed: 1, failed: 0 };
          await eventually(15, async () => assert.deepEqual(await scrapeEdge(url, edge), once));
        };
        await rig.peers.container(early, [], ...stay);
        await becomes(await nameless(early), await nameless(SERVER));
        assert.equal(await scrapeUp(url, "docker"), false);
        await gate.comeBack();
        await eventually(15, async () => assert.equal(await scrapeUp(url, "docker"), true));
        await rig.peers.container(late, [], ...stay);
        await becomes(late, SERVER);
      });
    });
  });

  describe("a pin", () => {
    const away = (pin: string) => rename(path.join(rig.tracer.pins, pin), path.join(rig.tracer.pins, `${pin}_away`));
    const back = (pin: string) => rename(path.join(rig.tracer.pins, `${pin}_away`), path.join(rig.tracer.pins, pin));

    for (const [pin, source] of [
      ["processes", "processes"],
      ["cgroups", "cgroups"],
      ["owners", "owners"],
      ["programs", "programs"],
      ["udp", "udp"],
      ["udp_ack", "udp-ack"],
    ] as const) {
      test(`${pin}, gone: ${source} fails, flows count, and it heals`, async () => {
        await away(pin);
        await isUp(source, false, new RegExp(`ENOENT.*/${pin}'`));
        await isUp("flow-tracer", true);
        await callerCounts();
        await back(pin);
        await isUp(source, true);
      });
    }

    for (const [pin, source] of [
      ["closed", "closed-flows"],
      ["closed_ack", "closed-flows-ack"],
      ["live", "flow-tracer"],
      ["status", "flow-tracer"],
    ] as const) {
      test(`${pin}, gone: ${source} fails, and what ended meanwhile counts once it is back`, async () => {
        await away(pin);
        const name = `without-${pin}`.slice(0, 15);
        await rig.peers.process(name, await brief());
        await isUp(source, false, new RegExp(`ENOENT.*/${pin}'`));
        await back(pin);
        await isUp(source, true);
        const edge = { source: `host/${name}`, destination: SERVER, port: PORT };
        await eventually(15, async () => assert.deepEqual(await scrapeEdge(rig.exporter.url, edge), EXPECTED));
        await callerCounts();
      });
    }
  });

  describe("rows of another version", () => {
    for (const [pin, source, size, kind] of [
      ["processes", "processes", 192, 3],
      ["cgroups", "cgroups", 352, 7],
      ["live", "flow-tracer", 128, 2],
      ["closed", "closed-flows", 160, 4],
    ] as const) {
      test(`in ${pin}: ${source} fails and says which, and heals when they are right again`, async () => {
        const pinned = path.join(rig.tracer.pins, pin);
        const stranger = path.join(folder, pin);
        const row = Buffer.alloc(size);
        row.writeUInt16LE(size, 0);
        row.set([kind, 99], 2);
        await writeFile(stranger, row);
        await rename(pinned, `${pinned}_away`);
        await symlink(stranger, pinned);
        await isUp(source, false, /version 99; this exporter reads size/);
        await unlink(pinned);
        await rename(`${pinned}_away`, pinned);
        await isUp(source, true);
        await callerCounts();
      });
    }
  });
});
