import assert from "node:assert/strict";
import * as promises from "node:fs/promises";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { openRecording } from "../../../../exporters/flow-exporter/recording/folder-reader.ts";
import { type Files, FolderWriter } from "../../../../exporters/flow-exporter/recording/folder-writer.ts";
import { Recorder } from "../../../../exporters/flow-exporter/recording/recorder.ts";
import { closedRow, socket } from "../lib/rows.ts";
import { scratch } from "./recorded.ts";

const HEAD = { content: "", bootId: "boot", ownPid: 1, limits: { maxEdges: 1, maxPorts: 1 } };

function cycleOf(bytes: number) {
  return { pins: new Map([["live", new Uint8Array(bytes)]]), told: { net: {}, processes: {}, events: [] }, bytes };
}

/** A file system that writes nothing until it is let. */
function slowFiles() {
  const gate = Promise.withResolvers<void>();
  const files: Files = {
    ...promises,
    mkdir: (async (...args: Parameters<typeof promises.mkdir>) => {
      await gate.promise;
      return promises.mkdir(...args);
    }) as Files["mkdir"],
  };
  return { files, let: gate.resolve };
}

describe("a recording that is being written", () => {
  test("loses cycles to a disk that is slow, counted, and keeps no more than its bound in memory", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const disk = slowFiles();
    const writer = new FolderWriter(folder, { maxWaitingBytes: 250 }, disk.files);
    assert.deepEqual(
      [100, 100, 100].map((bytes) => writer.add(cycleOf(bytes))),
      [true, true, false],
    );
    disk.let();
    await writer.finish(HEAD);
    const { head, cycles } = openRecording(folder);
    assert.deepEqual([head.cycles, head.lostCycles, head.ending, cycles.length], [2, 1, "asked", 2]);
  });

  test("touches nothing until whoever else works in the folder has finished", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const other = Promise.withResolvers<void>();
    const done: string[] = [];
    const rm: Files["rm"] = async (...args) => {
      done.push("removed what was there");
      await promises.rm(...args);
    };
    const writer = new FolderWriter(folder, {}, { ...promises, rm }, other.promise);
    writer.add(cycleOf(100));
    await new Promise(setImmediate);
    done.push("the other has finished");
    other.resolve();
    await writer.finish(HEAD);
    assert.deepEqual(done, ["the other has finished", "removed what was there"]);
    assert.equal(openRecording(folder).cycles.length, 1);
  });

  test("takes cycles again once the disk has caught up", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const writer = new FolderWriter(folder, { maxWaitingBytes: 150 });
    assert.equal(writer.add(cycleOf(100)), true);
    assert.equal(writer.add(cycleOf(100)), false);
    while (writer.progress.cycles === 0) await new Promise(setImmediate);
    assert.equal(writer.add(cycleOf(100)), true);
    await writer.finish(HEAD);
    assert.deepEqual([writer.progress.cycles, writer.progress.lostCycles], [2, 1]);
  });

  test("ends where it would be more than its bound, and says so", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const writer = new FolderWriter(folder, { maxBytes: 1_500 });
    for (const bytes of [600, 2_000, 10]) writer.add(cycleOf(bytes));
    await writer.finish(HEAD);
    const { head } = openRecording(folder);
    assert.deepEqual([head.cycles, head.ending], [1, "full"]);
    assert.ok(head.bytes >= 600 && head.bytes <= 1_500, `${head.bytes} bytes`);
    assert.deepEqual(await readdir(folder), ["0000", "recording.json"]);
  });

  test("ends where the disk is full, with what was whole until then, and the reason", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const writeFile = (async (...args: Parameters<typeof promises.writeFile>) => {
      if (`${args[0]}`.includes("0001/cycle")) throw full;
      return promises.writeFile(...args);
    }) as Files["writeFile"];
    const writer = new FolderWriter(folder, {}, { ...promises, writeFile });
    for (const bytes of [600, 600, 600]) writer.add(cycleOf(bytes));
    await writer.finish(HEAD);
    const { head } = openRecording(folder);
    assert.deepEqual([head.cycles, head.ending, writer.progress.reason], [1, "failed", full.message]);
    assert.deepEqual(await readdir(folder), ["0000", "recording.json"]);
  });
});

describe("what is gathered of a cycle", () => {
  const row = (sequence: number) => closedRow(socketOf(sequence), { sequence, endNs: 1 });
  const socketOf = (cookie: number) => ({ cookie, source: "10.0.0.1:1", destination: "10.0.0.2:2" });

  /** A recorder, and what it hands on while there is room. */
  function gathering(maxBytes?: number) {
    const sink = { room: true, lost: 0, cycles: [] as number[][] };
    const recorder = new Recorder(
      {
        begin: () => {},
        add: ({ pins }) => {
          if (!sink.room) return false;
          sink.cycles.push([...pins.values()].map(({ length }) => length));
          return true;
        },
        lose: () => {
          sink.lost += 1;
        },
      },
      () => undefined,
      maxBytes,
    );
    return { recorder, sink };
  }

  test("has a closed flow of a cycle that was lost in the next one, while the kernel shows it", () => {
    const { recorder, sink } = gathering();
    const [first, second] = [row(1), row(2)];
    sink.room = false;
    recorder.onPin("closed", first);
    recorder.endCycle();
    sink.room = true;
    recorder.onPin("closed", Buffer.concat([first, second]));
    recorder.endCycle();
    recorder.onPin("closed", Buffer.concat([first, second]));
    recorder.endCycle();
    assert.deepEqual(sink.cycles, [[2 * first.length], [0]]);
  });

  test("is a copy: the reader's memory is used again", () => {
    const bytes = socket(socketOf(1));
    let kept: Uint8Array | undefined;
    const sink = { begin: () => {}, lose: () => {} };
    const add = ({ pins }: { pins: ReadonlyMap<string, Uint8Array> }) => {
      kept = pins.get("live");
      return true;
    };
    const recorder = new Recorder({ ...sink, add }, () => undefined);
    const expected = Buffer.from(bytes);
    recorder.onPin("live", bytes);
    bytes.fill(0);
    recorder.endCycle();
    assert.deepEqual(Buffer.from(kept ?? []), expected);
  });

  test("is lost, and counted, where it is more than a cycle may be, or cannot be read", () => {
    const { recorder, sink } = gathering(1_000);
    recorder.onPin("live", new Uint8Array(600));
    recorder.onPin("udp", new Uint8Array(600));
    recorder.endCycle();
    recorder.onPin("closed", new Uint8Array(13));
    recorder.endCycle();
    recorder.onPin("live", new Uint8Array(600));
    recorder.endCycle();
    assert.deepEqual([sink.lost, sink.cycles], [2, [[600]]]);
  });
});
