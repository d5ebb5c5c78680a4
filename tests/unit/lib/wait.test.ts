import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StartError } from "../../../start/errors.ts";
import { waitFor } from "../../../start/lib/wait.ts";

const wait = { name: "grafana", deadlineMs: 30, everyMs: 1, code: "NOT_READY", fix: "look at its log" };

describe("waitFor", () => {
  it("returns the first value that comes", async () => {
    let tries = 0;
    const value = await waitFor({ ...wait, deadlineMs: 5000 }, async () => {
      if (++tries < 3) throw new Error("not yet");
      return tries;
    });
    assert.equal(value, 3);
  });

  it("ends with the last reason once the deadline has passed", async () => {
    let tries = 0;
    const failing = waitFor(wait, async () => {
      throw new Error(`answer ${++tries}: 503`);
    });
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof StartError);
      assert.equal(error.code, "NOT_READY");
      assert.equal(error.explanation.why, `answer ${tries}: 503`);
      return true;
    });
  });

  it("ends at once with a failure the probe itself explains", async () => {
    const final = new StartError("CRASHED", { what: "grafana", why: "exit code 2", fix: "read its log" });
    const failing = waitFor({ ...wait, deadlineMs: 60_000 }, async () => {
      throw final;
    });
    await assert.rejects(failing, final);
  });

  it("stops at once when aborted", async () => {
    const controller = new AbortController();
    const failing = waitFor({ ...wait, deadlineMs: 60_000, everyMs: 60_000, signal: controller.signal }, async () => {
      queueMicrotask(() => controller.abort());
      throw new Error("not yet");
    });
    await assert.rejects(failing, { name: "AbortError" });
  });
});
