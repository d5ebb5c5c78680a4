import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chown, mkdir, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { type CgroupRow, readCgroups, readStatus } from "./lib/rows.ts";
import { buildTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";

const HYBRID = "/sys/fs/cgroup/unified";
const ROOT = existsSync(HYBRID) ? HYBRID : "/sys/fs/cgroup";
const V1 = "/sys/fs/cgroup/pids";
const NOBODY = 65_534;
/** As many as the tracer has room for, of those that root has made. */
const ROOM = 1_536;
const ROOM_OF_OTHERS = 384;
const PATH_BYTES = 320;

const lacks = await tracerLacks();

describe("control groups", { skip: lacks ?? (existsSync(`${ROOT}/cgroup.procs`) ? false : "needs cgroup v2") }, () => {
  let tracer: Tracer;
  const older = `/flowtally-test-older-${process.pid}`;
  before(async () => {
    await buildTracer();
    await mkdir(path.join(ROOT, older, "below"), { recursive: true });
    tracer = await startTracer("cgroups");
  });
  after(async () => {
    await tracer.stop();
    await rmdir(path.join(ROOT, older, "below"));
    await rmdir(path.join(ROOT, older));
  });

  const rowsOf = (top: string) => readCgroups(tracer.pins).filter((row) => row.path.startsWith(top));
  const rowOf = (id: number): CgroupRow | undefined => readCgroups(tracer.pins).find((row) => row.id === id);

  test("those that were there before are found as the tracer starts, by their inodes", async () => {
    const expected = [older, `${older}/below`];
    const rows = rowsOf(older).sort((one, other) => one.path.length - other.path.length);
    assert.deepEqual(
      rows.map(({ path }) => path),
      expected,
    );
    const inodes = await Promise.all(expected.map(async (name) => (await stat(path.join(ROOT, name))).ino));
    assert.deepEqual(
      rows.map(({ id, madeNs, removedNs }) => ({ id, madeNs, removedNs })),
      inodes.map((id) => ({ id, madeNs: 0, removedNs: 0 })),
    );
    assert.equal(rowOf((await stat(ROOT)).ino)?.path, "/");
  });

  test("one that is there for a moment only is known, with both its times", async () => {
    const name = `/flowtally-test-brief-${process.pid}`;
    await mkdir(path.join(ROOT, name));
    const { ino } = await stat(path.join(ROOT, name));
    await rmdir(path.join(ROOT, name));
    const row = rowOf(ino);
    assert.equal(row?.path, name);
    assert.ok(row.madeNs > 0 && row.removedNs >= row.madeNs, JSON.stringify(row));
  });

  test("a path that is too long says so", async (t) => {
    const long = ["", `flowtally-test-${process.pid}`, "x".repeat(200), "y".repeat(200)];
    const folders = [2, 3, 4].map((count) => path.join(ROOT, ...long.slice(0, count)));
    for (const folder of folders) await mkdir(folder);
    t.after(async () => {
      for (const folder of folders.toReversed()) await rmdir(folder);
    });
    const row = rowOf((await stat(folders[2] ?? "")).ino);
    assert.deepEqual([row?.isCutOff, row?.path], [true, long.join("/").slice(0, PATH_BYTES - 1)]);
    assert.equal(rowOf((await stat(folders[1] ?? "")).ino)?.isCutOff, false);
  });

  test("those of cgroup v1 are none", {
    skip: existsSync(`${V1}/cgroup.procs`) ? false : "needs cgroup v1",
  }, async () => {
    const name = `/flowtally-test-v1-${process.pid}`;
    await mkdir(path.join(V1, name));
    await rmdir(path.join(V1, name));
    assert.deepEqual(rowsOf(name), []);
  });

  test("what a user makes by the ten thousand takes no room of root's, and what was not read is counted", async (t) => {
    const mine = `/flowtally-test-mine-${process.pid}`;
    const users = `/flowtally-test-user-${process.pid}`;
    for (const name of [mine, users]) await mkdir(path.join(ROOT, name));
    await chown(path.join(ROOT, users), NOBODY, NOBODY);
    t.after(async () => {
      for (const name of [mine, users]) await rmdir(path.join(ROOT, name));
    });
    const lostBefore = readStatus(tracer.pins).cgroupsLost;
    await churn(users, 20_000, NOBODY);
    const kept = rowsOf(users).length;
    assert.ok(kept <= ROOM_OF_OTHERS + 1, `${kept} of the user's`);
    assert.deepEqual([rowsOf(mine).length, rowsOf(older).length], [1, 2]);
    const lost = readStatus(tracer.pins).cgroupsLost - lostBefore;
    assert.ok(lost >= 18_000 && lost <= 20_000, `${lost} lost`);
  });

  test("a full table gives the room of those that are gone, and keeps those that are there", async () => {
    const lostBefore = readStatus(tracer.pins).cgroupsLost;
    await churn(older, 3 * ROOM, 0);
    assert.equal(rowsOf(`${older}/below`).length, 1);
    const rows = readCgroups(tracer.pins);
    assert.ok(rows.length > ROOM / 2 && rows.length <= ROOM + ROOM_OF_OTHERS, `${rows.length} rows`);
    assert.ok(readStatus(tracer.pins).cgroupsLost > lostBefore);
  });

  test("a tracer that is killed goes on, and one that is stopped is followed by one that finds them", async () => {
    const name = `/flowtally-test-unwatched-${process.pid}`;
    await tracer.kill();
    await mkdir(path.join(ROOT, name));
    tracer = await startTracer("cgroups");
    const [row] = rowsOf(name);
    assert.ok((row?.madeNs ?? 0) > 0, "noted by the programs that the killed one left");
    await tracer.stop();
    tracer = await startTracer("cgroups");
    assert.deepEqual([rowsOf(name)[0]?.madeNs, rowsOf(older).length], [0, 2]);
    await rmdir(path.join(ROOT, name));
  });

  /** Makes and removes so many below `parent`, one after the other. */
  async function churn(parent: string, count: number, uid: number): Promise<void> {
    const script = [
      "const [parent, count] = process.argv.slice(1);",
      "for (let n = 0; n < count; n++) { fs.mkdirSync(parent + '/' + n); fs.rmdirSync(parent + '/' + n); }",
    ].join("\n");
    await execa("setpriv", [
      "--reuid",
      `${uid}`,
      "--regid",
      `${uid}`,
      "--clear-groups",
      process.execPath,
      "-e",
      script,
      path.join(ROOT, parent),
      `${count}`,
    ]);
  }
});
