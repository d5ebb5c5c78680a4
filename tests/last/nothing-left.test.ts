import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { changesOf, type HostTraces, readHostTraces } from "../lib/host-traces.ts";
import { leftBehind } from "../lib/left-behind.ts";
import { orSkip } from "../lib/or-skip.ts";
import { SNAPSHOT } from "../snapshot.ts";

/** The engine takes mounts and programs away a moment after their containers. */
const MOMENT_SECONDS = 30;

const text = await readFile(SNAPSHOT, "utf8").catch(() => undefined);
const skip = orSkip(text === undefined ? "`node tests/setup.ts` has not looked at this machine before" : undefined);

test("the tests have left this machine as it was", { skip }, async (t) => {
  const before = JSON.parse(text ?? "{}") as HostTraces;
  const docker = createDocker(createHost());
  const look = async () => changesOf(before, await readHostTraces(docker));
  const { left, stuck } = await leftBehind(look, docker, MOMENT_SECONDS);
  if (stuck.length > 0) t.diagnostic(`the engine cannot remove networks without a container: ${stuck.join(", ")}`);
  assert.deepEqual(left, []);
});
