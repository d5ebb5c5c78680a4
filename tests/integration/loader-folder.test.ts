import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, lchown, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { orSkip } from "../lib/or-skip.ts";
import { onlyLine } from "./lib/only-line.ts";
import { readStatus } from "./lib/rows.ts";
import { buildTracer, removePins, runTracerBy, startTracer, tracerLacks } from "./lib/tracer.ts";

const NAME = "folder";
const PINS = `/sys/fs/bpf/flowtally-test-${NAME}`;
const NOBODY = 65_534;
/** A group that no distribution hands out. */
const READERS = 60_906;
const SMALL = ["--max-flows", "256", "--udp", "off"];
/** One that is not refused would go on. */
const IN_TIME = ["timeout", "20"];

const lacks = await tracerLacks();

describe("the folder of a tracer's pins", { skip: orSkip(lacks) }, () => {
  let folder: string;
  before(async () => {
    await buildTracer();
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-folder-"));
  });
  beforeEach(() => removePins(PINS));
  after(async () => {
    await removePins(PINS);
    await rm(folder, { recursive: true });
  });

  test("is removed by a tracer whose log nobody reads any more", async (t) => {
    const tracer = await startTracer(NAME, ...SMALL);
    t.after(() => tracer.kill());
    tracer.closeLog();
    assert.equal(await tracer.stop(), 0);
    assert.equal(existsSync(PINS), false);
  });

  test("of a successor stays when its predecessor ends", async (t) => {
    const old = await startTracer(NAME, ...SMALL);
    t.after(() => old.kill());
    await removePins(PINS);
    const successor = await startTracer(NAME, ...SMALL);
    t.after(() => successor.kill());
    assert.equal(await old.stop(), 0);
    assert.equal(readStatus(PINS).flowsRoom, 409);
    assert.equal(await successor.stop(), 0);
    assert.equal(existsSync(PINS), false);
  });

  test("of the tracer's own user is shut to all others, or to all but the group of its readers", async (t) => {
    for (const [group, mode, gid] of [
      [[], 0o700, 0],
      [["--group", `${READERS}`], 0o750, READERS],
    ] as const) {
      await mkdir(PINS);
      await chmod(PINS, 0o777);
      const tracer = await startTracer(NAME, ...SMALL, ...group);
      t.after(() => tracer.kill());
      const found = await stat(PINS);
      assert.deepEqual([found.mode & 0o7777, found.gid], [mode, gid]);
      assert.equal(await tracer.stop(), 0);
    }
  });

  test("keeps its mode where it is the root of a file system, unless a group is to read there", async () => {
    const script = `mount -t bpf -o mode=1700 bpf '${folder}' && timeout 3 "$@"; stat --format 'mode %a %g' '${folder}'`;
    const mounted = ["unshare", "--mount", "sh", "-c", script, "sh"];
    const alone = await runTracerBy(mounted, "--pins", folder, ...SMALL);
    assert.match(alone.stdout, /"code":"STOPPED"[^\n]*\nmode 1700 0$/);
    const read = await runTracerBy(mounted, "--pins", folder, "--group", `${READERS}`, ...SMALL);
    assert.match(read.stdout, /"code":"STOPPED"[^\n]*\nmode 750 60906$/);
  });

  test("says what helps where the tracer is no member of the group", async () => {
    const rights = "-all,+bpf,+perfmon,+net_admin";
    const line = await onlyLine(
      ["setpriv", "--bounding-set", rights, "--inh-caps", rights, ...IN_TIME],
      ...["--pins", PINS, "--group", `${READERS}`, ...SMALL],
    );
    assert.equal(line.code, "PIN_FAILED");
    assert.match(
      line.message,
      /: Operation not permitted; run the tracer with the group of --group among its own groups/,
    );
  });

  test("takes no group by name, nor root's", async () => {
    for (const group of ["wheel", "0", "-1", "4294967295"]) {
      const line = await onlyLine(IN_TIME, "--pins", PINS, "--group", group, ...SMALL);
      assert.deepEqual(
        [line.code, line.message],
        ["BAD_OPTION", `--group takes the number of a group, not "${group}"`],
      );
    }
  });

  test("is not made of a file, whose mode stays", async (t) => {
    const tracer = await startTracer(NAME, ...SMALL);
    t.after(() => tracer.stop());
    const file = path.join(PINS, "status");
    const { mode } = await stat(file);
    const line = await onlyLine(IN_TIME, "--pins", file);
    assert.deepEqual([line.code, (await stat(file)).mode], ["PIN_FAILED", mode]);
    assert.match(line.message, /status: Not a directory; name a folder with --pins/);
  });

  for (const [fault, pins, code, message] of [
    ["no name", "", "BAD_OPTION", /^--pins is empty: name a folder on a BPF file system/],
    ["a path too long", `/${"x/".repeat(2100)}`, "BAD_OPTION", /^--pins is too long: name a folder/],
    ["a name too long", `${PINS}${"x".repeat(300)}`, "PIN_FAILED", /: File name too long; choose a shorter --pins$/],
    ["a dot in its name", `${PINS}.d`, "PIN_FAILED", /; a BPF file system takes no name with a dot: choose another/],
    ["no folder around it", `${PINS}/in/nowhere`, "BPFFS_MISSING", /: No such file or directory; choose a --pins in/],
  ] as const) {
    test(`that has ${fault} is refused in one line, with what helps`, async () => {
      const line = await onlyLine(IN_TIME, "--pins", pins, ...SMALL);
      assert.equal(line.code, code);
      assert.match(line.message, message);
    });
  }

  test("tells by --health why no tracer lives behind it", async () => {
    const line = await onlyLine(IN_TIME, "--pins", PINS, "--health");
    assert.equal(line.code, "TRACER_MISSING");
    assert.match(line.message, /lives behind .*: No such file or directory; start flow-tracer with --pins /);
  });

  describe("that another user has made", () => {
    let victim: string;
    beforeEach(async () => {
      victim = await mkdtemp(path.join(folder, "victim-"));
      await writeFile(path.join(victim, "status"), "important");
      await chmod(victim, 0o750);
    });

    test("is refused, with all that he put in it", async () => {
      await mkdir(PINS);
      await symlink(victim, path.join(PINS, "kept"));
      await lchown(PINS, NOBODY, NOBODY);
      await assertRefused(PINS, "folder");
    });

    test("is refused where it is a link", async () => {
      await symlink(victim, PINS);
      await lchown(PINS, NOBODY, NOBODY);
      await assertRefused(PINS, "symbolic link");
      await assertRefused(PINS, "symbolic link", "/");
    });

    test("is refused where only the inner one is a link", async () => {
      await mkdir(PINS);
      await symlink(victim, path.join(PINS, "kept"));
      await lchown(path.join(PINS, "kept"), NOBODY, NOBODY);
      await assertRefused(path.join(PINS, "kept"), "symbolic link");
    });

    async function assertRefused(place: string, what: string, slash = ""): Promise<void> {
      const line = await onlyLine(IN_TIME, "--pins", `${PINS}${slash}`, ...SMALL);
      assert.equal(line.code, "PINS_NOT_OURS");
      assert.ok(line.message.startsWith(`${place} is a ${what} of user ${NOBODY}, `), line.message);
      assert.match(line.message, /: remove it, or choose another --pins$/);
      assert.deepEqual(await readdir(victim), ["status"]);
      assert.equal((await stat(victim)).mode & 0o7777, 0o750);
    }
  });
});
