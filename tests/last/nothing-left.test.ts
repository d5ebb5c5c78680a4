import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { eventually } from "../integration/lib/eventually.ts";
import { changesOf, type HostTraces, readHostTraces } from "../lib/host-traces.ts";
import { orSkip } from "../lib/or-skip.ts";
import { SNAPSHOT } from "../snapshot.ts";

const text = await readFile(SNAPSHOT, "utf8").catch(() => undefined);
const skip = orSkip(text === undefined ? "`node tests/setup.ts` has not looked at this machine before" : undefined);

test("the tests have left this machine as it was", { skip }, async () => {
  const before = JSON.parse(text ?? "{}") as HostTraces;
  const docker = createDocker(createHost());
  // The engine takes mounts and programs away a moment after their containers.
  await eventually(30, async () => assert.deepEqual(changesOf(before, await readHostTraces(docker)), []));
});
