import path from "node:path";
import type { Host } from "../lib/host.ts";
import type { BuildRoute, ImageSpec } from "./catalogue.ts";
import { type ContextFile, contentHash } from "./context.ts";
import { lockedFiles, sourcesOf, stageNodeService } from "./node-service.ts";
import type { Workshop } from "./workshop.ts";

/** One image to build: its tag says all that goes in. */
export interface Recipe {
  tag: string;
  seconds: number;
  /** Gathers the build context; for a Node service this installs its packages. */
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
    gather: (workshop) =>
      build.node ? stageNodeService(workshop, service, build.folder) : folderFiles(around.projectRoot, build.folder),
  };
}

function hashedFiles(build: BuildRoute, { projectRoot, arch }: Surroundings): Promise<ContextFile[]> {
  return build.node ? lockedFiles(projectRoot, build.folder, arch) : folderFiles(projectRoot, build.folder);
}

function folderFiles(projectRoot: string, folder: string): Promise<ContextFile[]> {
  return sourcesOf(path.join(projectRoot, folder));
}
