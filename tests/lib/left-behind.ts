import type Docker from "dockerode";
import { eventually } from "../integration/lib/eventually.ts";

type Networks = Pick<Docker, "listNetworks" | "getNetwork">;

/**
 * What is left on this machine once what takes a moment is over, and the networks among it that are the engine's fault.
 * @param look tells all that has changed, a line each
 */
export async function leftBehind(look: () => Promise<string[]>, docker: Networks, seconds: number) {
  let changes: readonly string[] = [];
  await eventually(seconds, async () => {
    changes = await look();
    if (changes.length > 0) throw new Error("something is left");
  }).catch((error: unknown) => {
    if (changes.length === 0) throw error;
  });
  // Only now, since it removes what can be removed, and that would not be seen as left behind.
  const stuck = changes.length === 0 ? [] : await networksTheEngineKeeps(docker);
  return { left: changes.filter((change) => !stuck.some((id) => change.includes(id))), stuck };
}

/**
 * Ids, 12 digits as in traces, of the tests' own networks that no container is on and the engine refuses to remove.
 * Engines lose count of a network's endpoints when containers come and go at once; they say so in their log at the
 * next start ("Fixing inconsistent endpoint_cnt"), and only then let go of it.
 */
async function networksTheEngineKeeps(docker: Networks): Promise<string[]> {
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
