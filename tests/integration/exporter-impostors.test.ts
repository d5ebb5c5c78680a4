import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { keyOf, scrapeEdges } from "./exporter/scrape.ts";
import { BYTES, talkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-earnest";
const CONNECTIONS = 5;
const HYBRID = "/sys/fs/cgroup/unified";
const CGROUPS = existsSync(HYBRID) ? HYBRID : "/sys/fs/cgroup";

/** What calls itself by another's name still counts, and as what it is. */
describe("flow-exporter and impostors", { skip }, () => {
  const rig = new Rig("impostors");
  let call: string[];
  before(async () => {
    await rig.setUp();
    await rig.peers.container(SERVER, [], "serve", "7320", ...BYTES);
    call = ["call", await rig.peers.addressOf(SERVER), "7320", `${CONNECTIONS}`, ...BYTES];
  });
  after(() => rig.remove());

  const isCounted = (source: string) =>
    eventually(15, async () => {
      const edges = await scrapeEdges(rig.exporter.url);
      assert.deepEqual(edges.get(keyOf({ source, destination: SERVER, port: 7320 })), talkOn(CONNECTIONS));
    });

  test("a process of the host that calls itself docker-proxy", async () => {
    await rig.peers.process("docker-proxy", call);
    await isCounted("host/docker-proxy");
  });

  test("a process in a cgroup that is called as a container's, where the engine puts none", async (t) => {
    const slice = path.join(CGROUPS, "flowtally-test-user.slice");
    const forged = path.join(slice, `docker-${await rig.peers.idOf(SERVER)}.scope`);
    await mkdir(forged, { recursive: true });
    t.after(async () => {
      await eventually(15, () => rmdir(forged));
      await rmdir(slice);
    });
    const within = ["sh", "-c", `echo $$ > ${forged}/cgroup.procs && exec timeout 12 "$@"`, "sh"];
    await rig.peers.process("impostor", call, within);
    await isCounted("host/impostor");
  });
});
