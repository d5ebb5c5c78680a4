import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromThread } from "../../../../../exporters/flow-exporter/outputs/hubble/messages.ts";
import { Exporter } from "../../../../../exporters/flow-exporter/outputs/hubble/server/exporter.ts";
import { hubbleFlow } from "../../../../lib/hubble/flow.ts";

test("a history is asked for once a second, and comes in parts", async () => {
  const posted: FromThread[] = [];
  let nowMs = 0;
  const exporter = new Exporter(
    (message) => posted.push(message),
    () => nowMs,
  );
  const both = [exporter.history(), exporter.history()];
  const [asked] = posted;
  assert.ok(posted.length === 1 && asked?.kind === "history");
  const [one, other] = [hubbleFlow({ uuid: "1" }), hubbleFlow({ uuid: "2" })];
  exporter.take({ kind: "history", id: asked.id, flows: [one], isLast: false });
  exporter.take({ kind: "history", id: asked.id + 7, flows: [hubbleFlow()], isLast: true });
  exporter.take({ kind: "history", id: asked.id, flows: [other], isLast: true });
  assert.deepEqual(await Promise.all(both), [
    [one, other],
    [one, other],
  ]);
  nowMs = 1_000;
  void exporter.history();
  assert.equal(posted.length, 2);
});

test("six different ones may be held by clients that are slow to read, each by any number of them", () => {
  const exporter = new Exporter(() => {});
  const held = Array.from({ length: 6 }, () => [hubbleFlow()]);
  const releases = held.map((history) => exporter.hold(history));
  const again = exporter.hold(held[0] ?? []);
  assert.ok(releases.every(Boolean) && again);
  assert.equal(exporter.hold([]), undefined);
  again();
  assert.equal(exporter.hold([]), undefined);
  releases[0]?.();
  assert.ok(exporter.hold([]));
});
