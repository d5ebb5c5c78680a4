import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { columnsOf, type Row } from "../../../exporters/flow-exporter/dataset/columns.ts";
import { readCsv, readRun, rowsInCsv } from "../../../start/dataset/read-rows.ts";
import { forgetRun, nameRun, provideFolder, reserveRun, splitOf } from "../../../start/dataset/run-folder.ts";
import { writeCsv, writeParquet } from "../../../start/dataset/write-rows.ts";

const parent = mkdtempSync(path.join(tmpdir(), "flowtally-dataset-"));
after(() => rmSync(parent, { recursive: true }));
let count = 0;
const fresh = () => path.join(parent, `set-${count++}`);
const names = (folder: string) => readdirSync(folder, { recursive: true }).map(String).sort();

describe("the folder of a data set", () => {
  it("is made, with those above it", async () => {
    const out = path.join(fresh(), "deep");
    await provideFolder(out);
    assert.ok(existsSync(out));
  });

  it("is one that is empty, or has a data card", async () => {
    const out = fresh();
    await provideFolder(out);
    writeFileSync(path.join(out, ".gitignore"), "");
    await provideFolder(out);
    mkdirSync(path.join(out, "k"));
    writeFileSync(path.join(out, "README.md"), "");
    await provideFolder(out);
  });

  it("is known to others by its card before the first run has ended, and lasts while another run comes to nothing", async () => {
    const out = fresh();
    await provideFolder(out);
    const [run, other] = [await reserveRun(out, "k", "csv", undefined), await reserveRun(out, "k", "csv", undefined)];
    await provideFolder(out);
    await forgetRun(out, "k", other);
    await nameRun(run);
    assert.ok(existsSync(run.rowsName) && existsSync(run.sidecarName));
  });

  it("is made again where somebody has removed it while a recording was made", async () => {
    const out = fresh();
    const run = await reserveRun(out, "k", "csv", undefined);
    rmSync(out, { recursive: true });
    assert.deepEqual(writeCsv(run.rows, columnsOf("all"), []), { rows: 0, reason: undefined });
    writeFileSync(run.sidecar, "{}");
    await nameRun(run);
    assert.ok(existsSync(run.rowsName));
  });

  it("is refused where other things are in it, and where it is a file", async () => {
    const out = fresh();
    mkdirSync(path.join(out, "photos"), { recursive: true });
    await assert.rejects(provideFolder(out), { code: "DATASET_FOLDER", message: /other things in it, such as photos/ });
    const file = fresh();
    writeFileSync(file, "");
    await assert.rejects(provideFolder(file), { code: "DATASET_FOLDER" });
    await assert.rejects(provideFolder(path.join(file, "below")), { code: "DATASET_FOLDER" });
  });
});

describe("the number of a run", () => {
  it("goes on over all folders of the job, and says which one the run is in", async () => {
    const out = fresh();
    const folders: string[] = [];
    for (let run = 1; run <= 6; run++) {
      const reserved = await reserveRun(out, "k", "csv", undefined);
      await nameRun(reserved);
      folders.push(path.relative(out, reserved.rowsName));
    }
    assert.deepEqual(folders, [
      "k/training/d_1.csv",
      "k/training/d_2.csv",
      "k/training/d_3.csv",
      "k/validation/d_4.csv",
      "k/test/d_5.csv",
      "k/training/d_6.csv",
    ]);
    assert.equal(splitOf(10), "test");
    const other = await reserveRun(out, "k", "parquet", "test");
    assert.equal(path.relative(out, other.rowsName), "k/test/d_7.parquet");
  });

  it("is never that of another recorder, also where that one has not ended", async () => {
    const out = fresh();
    const runs = await Promise.all(Array.from({ length: 20 }, () => reserveRun(out, "k", "csv", undefined)));
    assert.deepEqual(
      runs.map(({ number }) => number).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  it("is given back with all folders where nothing came of the run", async () => {
    const out = fresh();
    const run = await reserveRun(out, "k", "csv", undefined);
    assert.deepEqual(names(path.join(out, "k")), [".d_1", ".d_1.json", "test", "training", "validation"]);
    await forgetRun(out, "k", run);
    assert.ok(!existsSync(out));
  });
});

describe("rows in a file", () => {
  const columns = columnsOf("all");
  const row = (index: number): Row => {
    const cells = columns.map(({ name, kind }) => [name, kind === "text" ? `a "b", ${index}` : index + 0.5]);
    return Object.fromEntries(cells) as Row;
  };

  it("are read back as they were, without what is not known", async () => {
    const file = fresh();
    writeFileSync(file, " ".repeat(4096));
    const rows = [row(0), { ...row(1), cpu: undefined, machine: undefined }, row(2)];
    assert.deepEqual(writeCsv(file, columns, rows), { rows: 3, reason: undefined });
    assert.deepEqual(await readCsv(file), rows);
  });

  it("are read back as they were from Parquet, too", async () => {
    const file = fresh();
    writeFileSync(file, " ".repeat(1e6));
    const integers = {
      ...row(0),
      ...Object.fromEntries(columns.filter(({ kind }) => kind === "integer").map(({ name }) => [name, 7])),
    };
    const rows = [integers, { ...integers, cpu: undefined, machine: undefined }];
    assert.deepEqual(writeParquet(file, columns, rows), { rows: 2, reason: undefined });
    assert.deepEqual(
      await readRun(file, "parquet"),
      rows.map((one) => Object.fromEntries(Object.entries(one).filter(([, cell]) => cell !== undefined))),
    );
    writeFileSync(file, "PAR1");
    await assert.rejects(readRun(file, "parquet"), { code: "DATASET_UNREADABLE" });
  });

  it("are a line of names where there are none", async () => {
    const file = fresh();
    writeFileSync(file, " ".repeat(4096));
    assert.deepEqual(writeCsv(file, columns, []), { rows: 0, reason: undefined });
    assert.equal(readFileSync(file, "utf8"), `${columns.map(({ name }) => name).join(",")}\n`);
    assert.deepEqual(await readCsv(file), []);
  });

  const UNREADABLE: Readonly<Record<string, RegExp>> = {
    "index,time\n0,1": /last line has no end/,
    "index,tme\n0,1\n": /line 1: there is no column "tme"/,
    "index,time\n0,1\n2\n": /line 3: not 2 cells/,
    "index,time\n0,x\n": /line 2: time is no number/,
    [`index,machine\n0,"${"x".repeat(2e7)}\n`]: /line 2: not 2 cells/,
    'index,machine\n0,"a\n': /line 2: not 2 cells/,
    "": /no end/,
  };
  for (const [text, expected] of Object.entries(UNREADABLE)) {
    it(`are refused by line: ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.throws(() => rowsInCsv(text, "d_1.csv"), { code: "DATASET_UNREADABLE", message: expected });
    });
  }
});
