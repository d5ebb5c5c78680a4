import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { openRecording } from "../../../../exporters/flow-exporter/recording/folder-reader.ts";
import { createReplay } from "../../../../exporters/flow-exporter/recording/replay.ts";
import { processRow } from "../lib/rows.ts";
import { counting, NO_DOCKER, recorded, scratch } from "./recorded.ts";

const WORLD = { source: "192.168.1.10:4000", destination: "9.9.9.9:443", comm: "curl" };
const OTHERS = { ...WORLD, source: "192.168.1.10:4001" };
const EVENT = { Type: "container", Action: "die", Actor: { ID: "x", Attributes: {} } };

/** An exporter that has counted all of the recording in `folder`, and goes on. */
async function replayed(folder: string) {
  const replay = createReplay(openRecording(folder));
  const seen = counting(replay);
  await seen.metadata.refresh();
  seen.collector.maintain();
  const cycle = async () => {
    seen.collector.collect();
    replay.endCycle();
    await seen.checkpoint.keep(performance.now());
  };
  const { cycles } = replay.status();
  for (let number = 0; number < cycles + 3; number++) await cycle();
  return { ...seen, replay };
}

describe("a recording", () => {
  test("counts the same when it is replayed: flows that ended once each, though they are shown until acknowledged", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const { kernel, seen, recordings, cycle } = recorded(folder);
    await recordings.begin();
    const stays = kernel.open({ ...WORLD, sent: 100, received: 7 });
    const ends = kernel.open(OTHERS);
    await cycle();
    kernel.send(stays, 4_099);
    kernel.send(ends, 1_031);
    kernel.close(ends);
    await cycle();
    await cycle();
    await recordings.end();

    const again = await replayed(folder);
    assert.deepEqual(
      [again.healths.tracer.reason, again.healths.closed.reason, again.healths.state.reason],
      ["", "", ""],
    );
    assert.deepEqual(again.edges(), seen.edges());
    const expected = /"sentBytes":5230,"receivedBytes":7,"opened":2,"closed":1,"connections":1/;
    assert.match(JSON.stringify(again.edges()), expected);
    assert.deepEqual(again.losses(), []);
    assert.deepEqual(again.replay.status().replayed, again.replay.status().cycles);
  });

  test("that begins in the midst goes on from the totals as they were, whatever of them was on disk", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const { kernel, seen, recordings, cycle, passUntilCheckpoint } = recorded(folder);
    const stays = kernel.open({ ...WORLD, sent: 100 });
    const first = kernel.open(OTHERS);
    kernel.send(first, 10);
    kernel.close(first);
    passUntilCheckpoint();
    await cycle();
    const second = kernel.open(OTHERS);
    kernel.send(second, 2_000);
    kernel.close(second);
    kernel.send(stays, 1);
    await cycle();
    assert.equal(kernel.unacknowledged, 1);
    await recordings.begin();
    await cycle();
    passUntilCheckpoint();
    await cycle();
    assert.equal(kernel.unacknowledged, 0);
    kernel.send(stays, 30_000);
    await cycle();
    await recordings.end();

    const again = await replayed(folder);
    assert.deepEqual(again.edges(), seen.edges());
    assert.match(JSON.stringify(again.edges()), /"sentBytes":32111,.*"opened":3,"closed":2/);
    assert.deepEqual(again.losses(), []);
  });

  test("goes over the end of a tracer and the start of the next", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const { kernel, seen, recordings, cycle } = recorded(folder);
    await recordings.begin();
    for (const bytes of [10, 2_000]) {
      const one = kernel.open(OTHERS);
      kernel.send(one, bytes);
      kernel.close(one);
      await cycle();
      kernel.restart();
      await cycle();
    }
    await recordings.end();
    const again = await replayed(folder);
    assert.deepEqual(again.edges(), seen.edges());
    assert.match(JSON.stringify(again.edges()), /"sentBytes":2010,.*"closed":2/);
  });

  test("shows in each cycle what could be read then: a pin that failed fails again", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const { kernel, seen, recordings, cycle } = recorded(folder);
    await recordings.begin();
    const one = kernel.open({ ...WORLD, sent: 100 });
    await cycle();
    kernel.broken = "live";
    kernel.send(one, 50);
    kernel.close(one);
    await cycle();
    kernel.broken = undefined;
    await cycle();
    await recordings.end();
    const again = await replayed(folder);
    assert.deepEqual(again.edges(), seen.edges());
    assert.match(JSON.stringify(again.edges()), /"sentBytes":150,.*"opened":1,"closed":1,"connections":0/);
  });

  test("that begins in the midst has what is asked of a process only once", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const { kernel, files, recordings, cycle } = recorded(folder);
    kernel.processRows = processRow({ pid: 1 });
    files["1/cgroup"] = "0::/init";
    await cycle();
    await recordings.begin();
    await cycle();
    await recordings.end();
    assert.equal(createReplay(openRecording(folder)).host.processFile(1, "cgroup"), "0::/init");
  });

  test("has Docker's events, in the cycle in which they came", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const told = Promise.withResolvers<(line: string) => void>();
    const watch = async (onEvent: (line: string) => void) => told.resolve(onEvent);
    const { seen, recordings, cycle } = recorded(folder, { ...NO_DOCKER, watch });
    const stopped = new AbortController();
    t.after(() => stopped.abort());
    const starts = { expect: () => {}, cancel: () => {} };
    void seen.docker?.follow(stopped.signal, starts, seen.healths.dockerEvents);
    const tell = await told.promise;
    await recordings.begin();
    await cycle();
    tell(JSON.stringify(EVENT));
    await cycle();
    await recordings.end();

    const replay = createReplay(openRecording(folder));
    const events: string[] = [];
    const watched = replay.docker?.watch(
      (line) => events.push(line),
      () => {},
      stopped.signal,
    );
    assert.deepEqual(events, []);
    replay.endCycle();
    assert.deepEqual(
      events.map((line) => JSON.parse(line)),
      [EVENT],
    );
    replay.endCycle();
    assert.equal(events.length, 1);
    stopped.abort();
    await watched;
  });

  test("that cannot be written keeps no exporter from counting, and says why", async (t) => {
    const folder = path.join(await scratch(t), "nowhere");
    const { kernel, seen, recordings, cycle } = recorded(path.join(folder, "\0"));
    await recordings.begin();
    kernel.open({ ...WORLD, sent: 100 });
    await cycle();
    await recordings.end();
    assert.deepEqual([recordings.status.state, recordings.status.cycles], ["failed", 0]);
    assert.match(recordings.status.reason, /null bytes/);
    assert.equal(seen.healths.tracer.up, true);
    assert.equal(seen.edges()[0]?.sentBytes, 100);
  });

  test("that ends before a cycle has is none", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const { recordings } = recorded(folder);
    await recordings.begin();
    await recordings.end();
    assert.deepEqual([recordings.status.state, recordings.status.reason], ["failed", "no cycle has been written"]);
  });

  test("is for its owner's eyes, is ended once, and goes once it was fetched, not before the next", async (t) => {
    const folder = path.join(await scratch(t), "recording");
    const { recordings, cycle } = recorded(folder);
    await recordings.begin();
    await cycle();
    await recordings.begin();
    assert.equal(recordings.status.state, "recording");
    await recordings.end();
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(folder), ["0000", "recording.json", "totals.json"]);
    const kept = recordings.status;
    assert.equal(kept.state, "kept");
    assert.ok(Date.parse(kept.started_at ?? "") <= Date.now());
    await recordings.begin();
    await cycle();
    assert.deepEqual(recordings.status, kept);
    assert.deepEqual(await readdir(folder), ["0000", "recording.json", "totals.json"]);
    await recordings.end();
    await assert.rejects(stat(folder), /ENOENT/);
    assert.deepEqual([recordings.status.state, recordings.status.started_at], ["idle", null]);
  });
});
