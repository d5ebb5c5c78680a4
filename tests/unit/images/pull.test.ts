import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EngineEvent } from "../../../start/images/engine.ts";
import { tryPull } from "../../../start/images/pull.ts";
import { createFakeEngine, hang } from "./fake-engine.ts";
import { createWorkshop } from "./fixture.ts";

describe("tryPull", () => {
  it("shows how far it is, over all layers", async () => {
    const layer = (id: string, current: number, total: number): EngineEvent => {
      return { id, status: "Downloading", progressDetail: { current: current * 1e6, total: total * 1e6 } };
    };
    const pull = async function* () {
      yield* [layer("a", 1, 10), layer("b", 4, 30), layer("a", 10, 10)];
      yield { id: "a", status: "Extracting", progressDetail: { current: 5e6, total: 9e6 } };
    };
    const lines: string[] = [];
    const report = (_: string, line: string) => lines.push(line);
    const workshop = createWorkshop(createFakeEngine([], { pull }), "/", { report });
    assert.equal(await tryPull(workshop, "prometheus", "prom/p:1"), undefined);
    assert.deepEqual(lines, ["pulling prom/p:1", "pulling, 1 of 10 MB", "pulling, 5 of 40 MB", "pulling, 14 of 40 MB"]);
  });

  it("ends a pull that stalls", async () => {
    const pull = async function* (_: string, signal: AbortSignal): AsyncIterable<EngineEvent> {
      yield { status: "Waiting" };
      await hang(signal);
    };
    const workshop = createWorkshop(createFakeEngine([], { pull }), "/");
    const reason = await tryPull(workshop, "prometheus", "prom/p:1", 20);
    assert.equal(reason, "pull of prom/p:1 failed: no progress for 0.02 s");
  });

  it("does not hide a full disk behind a fallback", async () => {
    const pull = async function* (): AsyncIterable<EngineEvent> {
      yield { status: "Extracting" };
      throw new Error("write /var/lib/docker/tmp/x: no space left on device");
    };
    const workshop = createWorkshop(createFakeEngine([], { pull }), "/");
    await assert.rejects(tryPull(workshop, "prometheus", "prom/p:1"), { code: "DISK_FULL" });
  });
});
