import type { Engine } from "./engine.ts";

/** On every build stage of ours; see the Dockerfiles. */
const STAGE_LABEL = "org.flowtally.stage=build";

/** Removes the build stages: they hold compilers and caches, and no tag points to them. */
export async function removeStages(engine: Engine): Promise<void> {
  await engine.prune(STAGE_LABEL);
}

/** Removes older tags of a repository; the engine refuses those a container still uses, and they stay. */
export async function removeOthers(engine: Engine, repository: string, keep: string): Promise<void> {
  const older = (await engine.tags(repository)).filter((tag) => tag !== keep);
  await Promise.allSettled(older.map((tag) => engine.remove(tag)));
}
