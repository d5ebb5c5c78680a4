import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rmdir } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { IMAGE } from "./exporter/peers.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { scrapeEdge } from "./exporter/scrape.ts";
import { BRIEF_BYTES, briefTalkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-lasting";
const PORT = 7371;
const HYBRID = "/sys/fs/cgroup/unified";
const CGROUPS = existsSync(HYBRID) ? HYBRID : "/sys/fs/cgroup";
const FLASHES = 20;

/**
 * A process that lives for a few milliseconds, in a control group as the engine makes it for a container, which is gone as
 * soon: no read of processes meets it. The engine itself takes a hundred times as long to start one.
 */
describe("flow-exporter and control groups that are there for a moment", { skip }, () => {
  const rig = new Rig("cgroups", { keepState: true });
  /** Ids of the containers that were made here. */
  const made: string[] = [];
  let server: string;
  let place: (id: string) => string;
  before(async () => {
    await rig.setUp();
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    server = await rig.peers.addressOf(SERVER);
    const [id, pid] = [await rig.peers.idOf(SERVER), await inspect(SERVER, "{{.State.Pid}}")];
    const own = (await readFile(`/proc/${pid}/cgroup`, "utf8")).match(/^0::(.*)$/m)?.[1] ?? "";
    place = (other) => path.join(CGROUPS, own.replace(id, other));
  });
  after(async () => {
    for (const id of made) await execa("docker", ["rm", "--force", "--volumes", id], { reject: false });
    await rig.remove();
  });

  const inspect = async (name: string, format: string) =>
    (await execa("docker", ["inspect", "-f", format, name])).stdout;

  /** A container that never starts: Docker knows its id and its name. */
  const create = async (name: string): Promise<string> => {
    const { stdout: id } = await execa("docker", ["create", "--name", name, IMAGE, "/peer"]);
    made.push(id);
    return id;
  };

  /** Talks from within a control group of its own, as the process `name`. */
  const flash = async (name: string, group: string, connections: number) => {
    await mkdir(group);
    const within = ["sh", "-c", `echo $$ > ${group}/cgroup.procs && exec "$@"`, "sh"];
    await rig.peers.process(name, ["brief", server, `${PORT}`, `${connections}`, ...BRIEF_BYTES], within);
    await eventually(5, () => rmdir(group));
  };

  const counts = (source: string, connections: number) =>
    eventually(15, async () => {
      const edge = await scrapeEdge(rig.exporter.url, { source, destination: SERVER, port: PORT });
      assert.deepEqual(edge, briefTalkOn(connections), source);
    });

  test(`${FLASHES} of them are named, each to the byte`, async () => {
    const names = Array.from({ length: FLASHES }, (_, number) => `flowtally-test-flash-${number}`);
    for (const [number, name] of names.entries()) await flash(`flash-${number}`, place(await create(name)), 1 + number);
    for (const [number, name] of names.entries()) await counts(name, 1 + number);
  });

  test("one that is called as a container, where the engine puts none, is not believed", async (t) => {
    const id = await create("flowtally-test-victim");
    const slice = path.join(CGROUPS, "flowtally-test-user.slice");
    await mkdir(slice);
    t.after(() => rmdir(slice));
    await flash("forger", path.join(slice, `docker-${id}.scope`), 3);
    await counts("host/forger", 3);
  });

  test("one that came and went while no exporter ran is named by the next", async () => {
    const id = await create("flowtally-test-between");
    await rig.exporter.kill();
    await flash("between", place(id), 2);
    await rig.startExporter();
    await counts("flowtally-test-between", 2);
  });

  test("one that a killed tracer's programs saw is named, too", async () => {
    const id = await create("flowtally-test-orphan");
    await rig.tracer.kill();
    await flash("orphan", place(id), 2);
    await rig.startTracer();
    await counts("flowtally-test-orphan", 2);
  });

  test("without pin cgroups containers are known by their processes, as long as these live", async () => {
    const pin = path.join(rig.tracer.pins, "cgroups");
    await rename(pin, `${pin}_away`);
    await rig.peers.container("flowtally-test-by-process", [], "brief", server, `${PORT}`, "4", ...BRIEF_BYTES);
    await counts("flowtally-test-by-process", 4);
    await rename(`${pin}_away`, pin);
  });
});
