import path from "node:path";
import type { Host } from "../lib/host.ts";
import { bundleService } from "./bundle.ts";
import { type ContextFile, filesOf } from "./context.ts";
import { bundleFailure } from "./failures.ts";
import type { Workshop } from "./workshop.ts";

/**
 * A service's own files, without what installing or compiling left beside them, and without documentation: a word in it
 * makes no other image.
 */
export function sourcesOf(folder: string): Promise<ContextFile[]> {
  const isLeftOver = (name: string) => name.startsWith(`node_modules${path.sep}`) || name.endsWith(".o");
  return filesOf(folder, (name) => isLeftOver(name) || name.endsWith(".md"));
}

/** What an image of a Node service follows from: its sources, the lock file, and which Node goes in. */
export async function lockedFiles(projectRoot: string, folder: string, arch: Host["arch"]): Promise<ContextFile[]> {
  return [
    { name: "lock", file: path.join(projectRoot, "package-lock.json") },
    { name: "node", file: path.join(nodePackage(projectRoot, arch), "package.json") },
    ...(await sourcesOf(path.join(projectRoot, folder))),
  ];
}

/**
 * Gathers the build context of a Node service: `Dockerfile`, `node`, and `main.mjs`, the service with its packages, with a
 * file for each of its threads.
 * @throws StartError IMAGE_BUILD_FAILED with what the bundler said
 */
export async function stageNodeService(workshop: Workshop, service: string, folder: string): Promise<ContextFile[]> {
  const { host, projectRoot, report } = workshop;
  const sources = path.join(projectRoot, folder);
  const bundle = path.join(projectRoot, ".flowtally", "images", service, "main.mjs");
  report(service, "bundling it with its packages");
  const files = await bundleService(sources, bundle).catch((error) => {
    throw bundleFailure(service, error);
  });
  return [
    { name: "Dockerfile", file: path.join(sources, "Dockerfile") },
    { name: "node", file: path.join(nodePackage(projectRoot, host.arch), "bin", "node") },
    ...files.map((file) => ({ name: path.basename(file), file })),
  ];
}

function nodePackage(projectRoot: string, arch: Host["arch"]): string {
  return path.join(projectRoot, "node_modules", `node-linux-${arch}`);
}
