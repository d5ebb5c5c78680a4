import path from "node:path";
import type Docker from "dockerode";
import { buildImage } from "../../../start/images/build.ts";
import { builderTags, ensureBuilder } from "../../../start/images/builder.ts";
import { contentHash, filesOf } from "../../../start/images/context.ts";
import { createEngine } from "../../../start/images/engine.ts";
import { createRegistryProbe } from "../../../start/images/registry.ts";
import { removeOthers } from "../../../start/images/sweep.ts";
import type { Host } from "../../../start/lib/host.ts";

const NAMESPACE = "flowtally";
const NAME = "flow-size-experiment";
const FOLDER = path.resolve(import.meta.dirname, "../cluster/image");

interface Surroundings {
  docker: Docker;
  host: Host;
  projectRoot: string;
  signal: AbortSignal;
  report(line: string): void;
}

/**
 * The image of all machines, by a tag that says what is in it: here already, or built as the project's own are.
 * @throws StartError IMAGE_BUILD_FAILED, NO_BUILD_BASE or DISK_FULL; the signal's reason when aborted.
 */
export async function provideImage({ docker, report, ...rest }: Surroundings): Promise<string> {
  const { host, projectRoot, signal } = rest;
  const engine = createEngine(docker);
  const tags = await builderTags(projectRoot, NAMESPACE, host.arch);
  const files = await filesOf(FOLDER);
  const tag = `${NAMESPACE}/${NAME}:${await contentHash([host.arch, tags.builder], files)}`;
  if ((await engine.size(tag)) !== undefined) return tag;
  const ask = createRegistryProbe(engine, signal);
  const workshop = { ...rest, engine, namespace: NAMESPACE, ask, report: (_: string, line: string) => report(line) };
  await ensureBuilder(workshop, tags);
  await buildImage(workshop, { about: NAME, tag, files, args: { BUILDER: tags.builder, ...indexArgs(host) } });
  await removeOthers(engine, `${NAMESPACE}/${NAME}`, tag);
  return tag;
}

/** A mirror of PyPI, where this host has one of its own. */
function indexArgs({ env }: Host): Record<string, string> {
  return env.PIP_INDEX_URL ? { PIP_INDEX_URL: env.PIP_INDEX_URL } : {};
}
