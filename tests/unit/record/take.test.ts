import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StartError } from "../../../start/errors.ts";
import type { RecorderStatus, RecordingExporter } from "../../../start/record/exporter.ts";
import { takeRecording } from "../../../start/record/take.ts";

const NONE = { started_at: null, cycles: 0, lost_cycles: 0, bytes: 0, ending: null, reason: "" };
const IDLE: RecorderStatus = { state: "idle", ...NONE };
const [EARLIER, OWN, LATER] = [1, 2, 3].map((hour) => `2030-01-01T0${hour}:00:00.000Z`) as [string, string, string];
const LOOK_MS = 1;

/** An exporter that records a cycle each time it is asked how it is with that. */
function fakeExporter(
  values: Partial<{
    state: RecorderStatus["state"];
    fullAt: number;
    reason: string;
    cannotCopy: boolean;
    onCopy(): void;
    noRows: boolean;
  }> = {},
) {
  const { fullAt = Number.POSITIVE_INFINITY, reason = "", cannotCopy = false } = values;
  const { state = "idle", onCopy = () => {} } = values;
  let status: RecorderStatus = state === "idle" ? IDLE : { ...IDLE, state, started_at: EARLIER, ending: "failed" };
  const done: string[] = [];
  let onCycle = (_: number) => {};
  let stopped = false;
  const exporter: RecordingExporter = {
    container: "lab-flow-exporter",
    status: async () => {
      if (stopped) throw new StartError("STACK_NOT_RUNNING", { what: "", why: "it is exited", fix: "" });
      if (status.state === "recording" && status.ending === null && reason === "") {
        const cycles = status.cycles + 1;
        status = { ...status, cycles, ending: cycles >= fullAt ? "full" : null };
        onCycle(cycles);
      }
      return status;
    },
    assertReads: async () => {
      if (values.noRows) throw new StartError("NO_ROWS", { what: "", why: "", fix: "" });
    },
    begin: async () => {
      done.push("begin");
      status = { ...IDLE, state: "recording", started_at: OWN, ...(reason ? { ending: "failed", reason } : {}) };
    },
    end: async () => {
      if (stopped) throw new Error("(HTTP code 409) Cannot kill container");
      done.push("end");
      if (status.state !== "recording") status = IDLE;
      else status = { ...status, state: reason ? "failed" : "kept", ending: status.ending ?? "asked" };
    },
    copyTo: async (folder) => {
      if (cannotCopy) throw new StartError("NOT_COPIED", { what: "", why: "", fix: "" });
      done.push(`copy to ${folder}`);
      onCopy();
    },
  };
  return {
    exporter,
    done,
    /** Called after each cycle with how many there have been. */
    onCycle: (step: typeof onCycle) => {
      onCycle = step;
    },
    state: () => status.state,
    restart: () => {
      status = IDLE;
    },
    /** Another one takes its place. */
    replace: () => {
      status = { ...IDLE, state: "recording", started_at: LATER };
    },
    stop: () => {
      stopped = true;
    },
  };
}

const take = (exporter: RecordingExporter, seconds: number, signal = new AbortController().signal) =>
  takeRecording({ exporter, seconds, folder: "there", signal, lookMs: LOOK_MS });

describe("a recording of the running exporter", () => {
  test("is begun, ended after the time, copied and removed", async () => {
    const { exporter, done, state } = fakeExporter();
    const { cycles, ending } = await take(exporter, 0.02);
    assert.ok(cycles > 0);
    assert.equal(ending, "asked");
    assert.deepEqual(done, ["begin", "end", "copy to there", "end"]);
    assert.equal(state(), "idle");
  });

  test("is one, with what there is, where Ctrl-C comes before its time", async () => {
    const { exporter, done, onCycle } = fakeExporter();
    const pressed = new AbortController();
    onCycle((cycles) => cycles === 3 && pressed.abort());
    const { cycles } = await take(exporter, 600, pressed.signal);
    // It is asked how it is once more before it is ended.
    assert.equal(cycles, 4);
    assert.deepEqual(done, ["begin", "end", "copy to there", "end"]);
  });

  test("has cycles even where Ctrl-C comes at once", async () => {
    const { exporter } = fakeExporter();
    assert.equal((await take(exporter, 600, AbortSignal.abort())).cycles, 2);
  });

  test("ends before its time where there is no more room for it", async () => {
    const { exporter } = fakeExporter({ fullAt: 4 });
    const { cycles, ending } = await take(exporter, 600);
    assert.deepEqual([cycles, ending], [4, "full"]);
  });

  for (const state of ["recording", "ending", "kept"] as const) {
    test(`leaves another one alone that is ${state}`, async () => {
      const { exporter, done } = fakeExporter({ state });
      await assert.rejects(take(exporter, 1), { code: "ALREADY_RECORDING" });
      assert.deepEqual(done, []);
    });
  }

  test("is not begun where there are no rows to record", async () => {
    const { exporter, done } = fakeExporter({ noRows: true });
    await assert.rejects(take(exporter, 0), { code: "NO_ROWS" });
    assert.deepEqual(done, []);
  });

  test("takes the place of one that has failed", async () => {
    const { exporter } = fakeExporter({ state: "failed" });
    assert.ok((await take(exporter, 0.01)).cycles > 0);
  });

  const goings = [
    { going: "restart", while: "the exporter restarts", message: /exporter has restarted/ },
    { going: "stop", while: "the exporter stops", message: /it is exited/ },
    {
      going: "replace",
      while: "another one takes its place",
      message: /has a different one, started at 2030-01-01T03/,
    },
  ] as const;
  for (const { going, while: what, message } of goings) {
    test(`ends at once where ${what}, and leaves alone what is there then`, async () => {
      const { exporter, done, onCycle, ...acts } = fakeExporter();
      onCycle((cycles) => cycles === 3 && acts[going]());
      await assert.rejects(take(exporter, 600), { code: "RECORDING_LOST", message });
      assert.deepEqual(done, ["begin"]);
    });

    test(`is none where ${what} while it is copied`, async () => {
      const { exporter, done, ...acts } = fakeExporter({ onCopy: () => acts[going]() });
      await assert.rejects(take(exporter, 0), { code: "RECORDING_LOST", message });
      assert.deepEqual(done, ["begin", "end", "copy to there"]);
    });
  }

  test("fails with the exporter's reason, and leaves nothing there", async () => {
    const { exporter, state } = fakeExporter({ reason: "ENOSPC: no space left on device" });
    const onBegin = () => assert.fail("it has not begun");
    const task = { exporter, seconds: 600, folder: "there", signal: AbortSignal.timeout(60_000), onBegin };
    await assert.rejects(takeRecording({ ...task, lookMs: LOOK_MS }), (error: StartError) => {
      assert.equal(error.code, "NOT_RECORDED");
      assert.match(error.message, /ENOSPC/);
      assert.match(error.explanation.fix, /`docker logs lab-flow-exporter`/);
      return true;
    });
    assert.equal(state(), "idle");
  });

  test("leaves nothing in the exporter where it cannot be copied", async () => {
    const { exporter, state } = fakeExporter({ cannotCopy: true });
    await assert.rejects(take(exporter, 0), { code: "NOT_COPIED" });
    assert.equal(state(), "idle");
  });
});
