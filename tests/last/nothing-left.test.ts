import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type Docker from "dockerode";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { eventually } from "../integration/lib/eventually.ts";
import { changesOf, type HostTraces, readHostTraces } from "../lib/host-traces.ts";
import { orSkip } from "../lib/or-skip.ts";
import { SNAPSHOT } from "../snapshot.ts";

const text = await readFile(SNAPSHOT, "utf8").catch(() => undefined);
const skip = orSkip(text === undefined ? "`node tests/setup.ts` has not looked at this machine before" : undefined);

test("the tests have left this machine as it was", { skip }, async (t) => {
  const before = JSON.parse(text ?? "{}") as HostTraces;
  const docker = createDocker(createHost());
  // The engine takes mounts and programs away a moment after their containers.
  await eventually(30, async () => {
    const changes = changesOf(before, await readHostTraces(docker));
    const stuck = await networksTheEngineKeeps(docker);
    if (stuck.length > 0) t.diagnostic(`the engine cannot remove networks without a container: ${stuck.join(", ")}`);
    assert.deepEqual(
      changes.filter((change) => !stuck.some((id) => change.includes(id))),
      [],
    );
  });
});

/**
 * Ids, 12 digits as in traces, of the tests' own networks that no container is on and the engine refuses to remove.
 * Engines lose count of a network's endpoints when containers come and go at once; they say so in their log at the
 * next start ("Fixing inconsistent endpoint_cnt"), and only then let go of it.
 */
async function networksTheEngineKeeps(docker: Docker): Promise<string[]> {
  const ours = (await docker.listNetworks()).filter(({ Name }) => Name.startsWith("flowtally-test"));
  const kept = ours.map(async ({ Id }) => {
    const network = docker.getNetwork(Id);
    const { Containers } = (await network.inspect()) as { Containers?: object };
    if (Object.keys(Containers ?? {}).length > 0) return [];
    const refusal = await network.remove().then(() => "", String);
    return refusal.includes("has active endpoints") ? [Id.slice(0, 12)] : [];
  });
  return (await Promise.all(kept)).flat();
}
