import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { UsageError } from "../../../start/errors.ts";
import { fillEmpty } from "../../../start/record/folder.ts";
import { folderNamed, recordSeconds } from "../../../start/record/words.ts";
import { renderRecorded } from "../../../start/render/record.ts";

describe("the words of `npm run record`", () => {
  test("are seconds from 1 to 600", () => {
    assert.deepEqual([recordSeconds(undefined), recordSeconds("1"), recordSeconds("600")], [15, 1, 600]);
    for (const wrong of ["0", "601", "1.5", "-3", "ten", ""]) assert.throws(() => recordSeconds(wrong), UsageError);
    assert.throws(() => recordSeconds("0"), {
      message: 'Option --seconds takes a whole number from 1 to 600, not "0".',
    });
  });

  test("name the folder as seen from where they were typed", () => {
    assert.equal(folderNamed("npm run record", "there", { env: { INIT_CWD: "/home/me" } }), "/home/me/there");
    assert.equal(folderNamed("npm run record", "/there", { env: { INIT_CWD: "/home/me" } }), "/there");
    const message = "npm run replay needs a folder: npm run replay -- FOLDER";
    assert.throws(() => folderNamed("npm run replay", undefined, { env: {} }), { name: "UsageError", message });
  });
});

describe("the folder of a recording", () => {
  const never = () => assert.fail("is not to be filled");
  const failing = async () => Promise.reject(new Error("nothing was recorded"));

  test("goes again where nothing was recorded, and it was not there before", async (t) => {
    const folder = path.join(await scratch(t), "made");
    await assert.rejects(fillEmpty(folder, failing), /nothing was recorded/);
    await assert.rejects(stat(folder), { code: "ENOENT" });
    await mkdir(folder);
    await assert.rejects(fillEmpty(folder, failing), /nothing was recorded/);
    assert.ok((await stat(folder)).isDirectory());
  });

  test("stays with what was copied by then", async (t) => {
    const folder = path.join(await scratch(t), "made");
    const partly = async () => {
      await writeFile(path.join(folder, "totals.json"), "");
      await failing();
    };
    await assert.rejects(fillEmpty(folder, partly), /nothing was recorded/);
    assert.ok((await stat(path.join(folder, "totals.json"))).isFile());
  });

  test("is made, for its owner's eyes, or may be there and be empty", async (t) => {
    const folder = path.join(await scratch(t), "made");
    const fill = async () => (await stat(folder)).mode & 0o777;
    assert.equal(await fillEmpty(folder, fill), 0o700);
    assert.equal(await fillEmpty(folder, fill), 0o700);
  });

  test("is refused where there is something in it, which is named", async (t) => {
    const folder = await scratch(t);
    await writeFile(path.join(folder, "mine"), "");
    await assert.rejects(fillEmpty(folder, never), {
      code: "RECORDING_FOLDER",
      message: /not empty: it contains mine/,
    });
  });

  test("is refused where it is a file, or none can be made", async (t) => {
    const folder = await scratch(t);
    await writeFile(path.join(folder, "file"), "");
    await assert.rejects(fillEmpty(path.join(folder, "file"), never), { code: "RECORDING_FOLDER", message: /ENOTDIR/ });
    await assert.rejects(fillEmpty(path.join(folder, "file/in"), never), {
      code: "RECORDING_FOLDER",
      message: /ENOTDIR/,
    });
    await assert.rejects(fillEmpty(path.join(folder, "no/where"), never), {
      code: "RECORDING_FOLDER",
      message: /ENOENT/,
    });
  });
});

describe("what is said of a recording", () => {
  const started_at = "2030-01-01T00:00:00.000Z";
  const counts = { cycles: 12, lost_cycles: 0, bytes: 3_400_000 };
  const status = { state: "kept", started_at, ...counts, ending: "asked", reason: "" } as const;

  test("is how much it has, what it tells of the machine, and how to look at it", () => {
    const text = renderRecorded(status, "/there");
    assert.match(text, /^Recorded: 12 cycles, 3\.4 MB, in \/there\n/);
    assert.match(text, /names and addresses.*no environment\s+variables/s);
    assert.match(text, /npm run replay -- \/there\n$/);
    assert.doesNotMatch(text, /lost|early/);
  });

  test("is what is missing, too", () => {
    assert.match(renderRecorded({ ...status, lost_cycles: 3 }, "/there"), /3 more were lost, .*; no flow was\./);
    assert.match(renderRecorded({ ...status, ending: "full" }, "/there"), /ended early: .* 512 MiB/);
    assert.match(
      renderRecorded({ ...status, ending: "failed", reason: "ENOSPC" }, "/there"),
      /write to its disk: ENOSPC/,
    );
  });
});

async function scratch(t: { after(step: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-record-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
