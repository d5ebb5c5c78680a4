import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { keep } from "../../guests/cache.ts";
import { cacheFolder } from "../../guests/context.ts";
import { KERNELS, kernelsNamed, SHORT_LIST } from "../../guests/kernels.ts";

describe("the catalogue of kernels", () => {
  it("gives all without names, else those named in their order", () => {
    assert.equal(kernelsNamed([]), KERNELS);
    assert.deepEqual(
      kernelsNamed(["7.3", "6.1"]).map(({ name }) => name),
      ["7.3", "6.1"],
    );
    assert.equal(kernelsNamed(SHORT_LIST).length, 3);
  });

  it("refuses an unknown one with those there are", () => {
    assert.throws(() => kernelsNamed(["6.1", "5.15"]), {
      code: "UNKNOWN_KERNEL",
      explanation: {
        what: 'There is no kernel "5.15" here',
        why: "it is not in tests/guests/kernels.ts",
        fix: `name some of: ${KERNELS.map(({ name }) => name).join(", ")}`,
      },
    });
  });
});

describe("the cache", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-cache-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("lies in XDG_CACHE_HOME, or in the home folder where that is none", () => {
    assert.equal(cacheFolder({ XDG_CACHE_HOME: "/c", HOME: "/h" }), "/c/flowtally/guests");
    assert.equal(cacheFolder({ XDG_CACHE_HOME: "relative", HOME: "/h" }), "/h/.cache/flowtally/guests");
    assert.equal(cacheFolder({ XDG_CACHE_HOME: "", HOME: "/h" }), "/h/.cache/flowtally/guests");
  });

  it("makes a thing once, and leaves nothing of what failed", async () => {
    const target = path.join(folder, "once", "file");
    await assert.rejects(
      keep(target, async (unfinished) => {
        await writeFile(unfinished, "half");
        throw new Error("no more room");
      }),
      /no more room/,
    );
    await keep(target, (unfinished) => writeFile(unfinished, "first"));
    await keep(target, (unfinished) => writeFile(unfinished, "second"));
    assert.equal(await readFile(target, "utf8"), "first");
    assert.deepEqual(await readdir(path.dirname(target)), ["file"]);
  });

  it("has one of two folders that are made at once", async () => {
    const target = path.join(folder, "twice", "tree");
    const make = (name: string) =>
      keep(target, async (unfinished) => {
        await mkdir(unfinished);
        await writeFile(path.join(unfinished, name), "");
      });
    await Promise.all([make("a"), make("b")]);
    assert.equal((await readdir(target)).length, 1);
    assert.deepEqual(await readdir(path.dirname(target)), ["tree"]);
  });
});
