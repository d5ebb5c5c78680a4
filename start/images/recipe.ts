import path from "node:path";
import type { Host } from "../lib/host.ts";
import type { BuildRoute, ImageSpec } from "./catalogue.ts";
import { bundleConsole } from "./console.ts";
import { type ContextFile, contentHash, filesOf } from "./context.ts";
import { bundleFailure } from "./failures.ts";
import { lockedFiles, sourcesOf, stageNodeService } from "./node-service.ts";
import type { Workshop } from "./workshop.ts";

/** One image to build: its tag says all that goes in. */
export interface Recipe {
  tag: string;
  seconds: number;
  /** Gathers the build context; for a Node service this bundles it. */
  gather(workshop: Workshop): Promise<readonly ContextFile[]>;
}

export interface Surroundings {
  projectRoot: string;
  namespace: string;
  arch: Host["arch"];
  builder: string;
}

/** What to build for a service, and under which tag; undefined for an image nobody can build. */
export async function recipeOf({ service, build }: ImageSpec, around: Surroundings): Promise<Recipe | undefined> {
  if (build === undefined) return undefined;
  const hash = await contentHash([around.arch, around.builder], await hashedFiles(build, around));
  return {
    tag: `${around.namespace}/${service}:${hash}`,
    seconds: build.seconds,
    gather: async (workshop) => [
      ...(await serviceFiles(workshop, service, build)),
      ...(await pageFiles(workshop, build)),
    ],
  };
}

async function hashedFiles({ folder, node, console }: BuildRoute, { projectRoot, arch }: Surroundings) {
  const page = console === undefined ? [] : await folderFiles(projectRoot, console);
  return [...(node ? await lockedFiles(projectRoot, folder, arch) : await folderFiles(projectRoot, folder)), ...page];
}

function serviceFiles(workshop: Workshop, service: string, { node, folder }: BuildRoute): Promise<ContextFile[]> {
  return node ? stageNodeService(workshop, service, folder) : folderFiles(workshop.projectRoot, folder);
}

async function pageFiles({ projectRoot, report }: Workshop, { folder, console }: BuildRoute): Promise<ContextFile[]> {
  if (console === undefined) return [];
  const target = path.join(projectRoot, ".flowtally", "console");
  report(path.basename(folder), "bundling the console");
  await bundleConsole(path.join(projectRoot, console), target).catch((error) => {
    throw bundleFailure(path.basename(folder), error);
  });
  return (await filesOf(target)).map(({ name, file }) => ({ name: `console/${name}`, file }));
}

function folderFiles(projectRoot: string, folder: string): Promise<ContextFile[]> {
  return sourcesOf(path.join(projectRoot, folder));
}
