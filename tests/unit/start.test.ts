import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";

const START = path.resolve(import.meta.dirname, "../../start.ts");

it("goes on to its end where what it prints goes nowhere", () => {
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(process.execPath, [START, "--help"], {
    stdio: ["ignore", full, "pipe"],
    encoding: "utf8",
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
});
