import assert from "node:assert/strict";
import { appendFile, mkdir, mkdtemp, open, rename, rm, rmdir, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { Lines } from "../../../../../exporters/flow-exporter/sources/hubble/lines.ts";
import { LINES } from "../../hubble/lib/samples.ts";
import { until } from "../../lib/until.ts";
import { Reading } from "./lib/reading.ts";

const line = (text: string) => `${text}\n`;

describe("a file of Hubble's lines", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-hubble-"));
  });
  after(() => rm(folder, { recursive: true }));

  const readingOf = async (file: string) => {
    const reading = new Reading({ kind: "file", name: `hubble-file:${file}`, path: file }).start();
    await until("it is read", () => reading.source.health.up === true);
    return reading;
  };

  it("is followed from its end on, a line as soon as it is whole", async () => {
    const file = path.join(folder, "followed.log");
    await writeFile(file, line(LINES.dropped));
    const reading = await readingOf(file);
    await appendFile(file, LINES.syn.slice(0, 50));
    await appendFile(file, line(LINES.syn.slice(50)) + line(LINES.reply));
    await until("both are counted", () => reading.events === 2);
    assert.deepEqual(Object.keys(reading.byName()), ["shop/web-1 → shop/api-1:80/tcp"]);
    await reading.stop();
  });

  it("has nothing that is told in the middle of a line", async () => {
    const file = path.join(folder, "middle.log");
    await writeFile(file, LINES.syn.slice(0, 50));
    const reading = await readingOf(file);
    await appendFile(file, line(LINES.syn.slice(50)) + line(LINES.dropped));
    await until("the whole one is counted", () => reading.events === 1);
    assert.equal(reading.faults("no_json"), 0);
    await reading.stop();
  });

  it("is read on under its name where it is rotated, and from its start where it is cut off", async () => {
    const file = path.join(folder, "rotated.log");
    await writeFile(file, "");
    const reading = await readingOf(file);
    await appendFile(file, line(LINES.syn));
    await until("the first is counted", () => reading.events === 1);
    await rename(file, `${file}.1`);
    await appendFile(`${file}.1`, line(LINES.reply));
    await writeFile(file, line(LINES.dropped));
    await until("what was written to either is counted", () => reading.events === 3);
    await truncate(file);
    await appendFile(file, line(LINES.world));
    await until("what came after is counted", () => reading.events === 4);
    await reading.stop();
  });

  it("may not be there yet, which is no end", async () => {
    const file = path.join(folder, "later.log");
    const reading = new Reading({ kind: "file", name: `hubble-file:${file}`, path: file }).start();
    await until("it is missed", () => reading.faults("no_file") > 0);
    assert.match(reading.source.health.reason, /there is no such file/);
    await writeFile(file, line(LINES.syn));
    await until("it is counted", () => reading.events === 1);
    await reading.stop();
  });

  it("may be a FIFO, whose writers come and go", async () => {
    const file = path.join(folder, "fifo");
    await execa("mkfifo", [file]);
    const reading = await readingOf(file);
    for (const [at, text] of [LINES.syn, LINES.reply].entries()) {
      const writer = await open(file, "w");
      await writer.write(line(text));
      await writer.close();
      await until("it is counted", () => reading.events === at + 1);
    }
    assert.equal(reading.source.health.up, true);
    await rm(file);
    await execa("mkfifo", [file]);
    const writer = await open(file, "w");
    await writer.write(line(LINES.dropped));
    await until("another one under its name is read", () => reading.events === 3);
    await writer.close();
    await reading.stop();
  });

  it("is unreadable while a folder has its name, which ends nothing else", async () => {
    const file = path.join(folder, "folder.log");
    await mkdir(file);
    const reading = new Reading({ kind: "file", name: `hubble-file:${file}`, path: file }).start();
    await until("it is known", () => reading.faults("unreadable") > 0);
    assert.match(reading.source.health.reason, /it is a folder/);
    await rmdir(file);
    await writeFile(file, line(LINES.syn));
    await until("the file in its place is read", () => reading.events === 1);
    await rm(file);
    await mkdir(file);
    await until("it is a folder again", () => reading.source.health.up === false);
    await reading.stop();
  });
});

describe("lines that come in pieces", () => {
  /** What `text` is in pieces of `size` bytes, with `!` for one that is too long. */
  const inPieces = (text: string, size: number, maxBytes = 10) => {
    const found: string[] = [];
    const lines = new Lines(
      maxBytes,
      (one) => found.push(one),
      () => found.push("!"),
    );
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) lines.add(bytes.subarray(at, at + size));
    return found;
  };

  it("are the same however they are cut", () => {
    for (let size = 1; size < 30; size++) {
      assert.deepEqual(inPieces("one\n\ntwö\nmuch too long a line\nfour\nbegun", size), ["one", "twö", "!", "four"]);
    }
  });

  it("are told once where one is too long, which takes no memory", () => {
    assert.deepEqual(inPieces(`${"x".repeat(1_000)}\nok\n`, 7), ["!", "ok"]);
    assert.deepEqual(inPieces("x".repeat(1_000), 7), ["!"]);
  });
});
