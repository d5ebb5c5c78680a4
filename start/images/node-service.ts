import { copyFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Host } from "../lib/host.ts";
import { type ContextFile, filesOf } from "./context.ts";
import { buildFailure } from "./failures.ts";
import type { Workshop } from "./workshop.ts";

const INSTALL = ["ci", "--include-workspace-root=false", "--omit=dev", "--omit=optional", "--no-audit", "--no-fund"];

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
 * Gathers the build context of a Node service: `Dockerfile`, `node`, and `app/` with its production packages.
 * @throws StartError IMAGE_BUILD_FAILED with what npm said
 */
export async function stageNodeService(workshop: Workshop, service: string, folder: string): Promise<ContextFile[]> {
  const { host, projectRoot, report } = workshop;
  const stage = path.join(projectRoot, ".flowtally", "images", service);
  await copyManifests(projectRoot, stage, folder);
  report(service, "installing its packages");
  await installPackages(workshop, service, stage, folder);
  const sources = await sourcesOf(path.join(projectRoot, folder));
  const packages = await filesOf(path.join(stage, "node_modules"), (name) => name.startsWith("@flowtally"));
  return [
    { name: "Dockerfile", file: path.join(projectRoot, folder, "Dockerfile") },
    { name: "node", file: path.join(nodePackage(projectRoot, host.arch), "bin", "node") },
    ...sources.filter(({ name }) => name !== "Dockerfile").map(({ name, file }) => ({ name: `app/${name}`, file })),
    ...packages.map(({ name, file }) => ({ name: `app/node_modules/${name}`, file })),
  ];
}

async function copyManifests(projectRoot: string, stage: string, folder: string): Promise<void> {
  await rm(stage, { recursive: true, force: true });
  await mkdir(path.join(stage, folder), { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc", path.join(folder, "package.json")]) {
    await copyFile(path.join(projectRoot, name), path.join(stage, name));
  }
}

async function installPackages({ host, signal }: Workshop, service: string, stage: string, folder: string) {
  const installed = await host.run("npm", [...INSTALL, "-w", folder], { cwd: stage, signal });
  if (!installed.ok) throw buildFailure(service, new Error("npm ci failed"), installed.stderr.split("\n"));
}

function nodePackage(projectRoot: string, arch: Host["arch"]): string {
  return path.join(projectRoot, "node_modules", `node-linux-${arch}`);
}
