import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Host } from "../lib/host.ts";
import { buildImage } from "./build.ts";
import { BUILDER_FOLDER, DEBIAN_IMAGE, DEBIAN_SUITE } from "./catalogue.ts";
import { contentHash } from "./context.ts";
import { makeDebian } from "./debian.ts";
import { sourcesOf } from "./node-service.ts";
import { tryPull } from "./pull.ts";
import { removeOthers } from "./sweep.ts";
import type { Workshop } from "./workshop.ts";

/** The tags of the builder and of the base it may have been made on. */
export interface BuilderTags {
  builder: string;
  base: string;
}

/** Both tags follow from what is in the builder's folder; nothing is built or asked. */
export async function builderTags(projectRoot: string, namespace: string, arch: Host["arch"]): Promise<BuilderTags> {
  const folder = path.join(projectRoot, BUILDER_FOLDER);
  const packages = await packageList(projectRoot);
  return {
    builder: `${namespace}/builder:${await contentHash([arch], await sourcesOf(folder))}`,
    base: `${namespace}/debian:${DEBIAN_SUITE}-${await contentHash([arch, ...packages], [])}`,
  };
}

/** Sees to it that the builder is here. Its base is Debian's image where that can be had, else one made on this host. */
export async function ensureBuilder(workshop: Workshop, tags: BuilderTags): Promise<void> {
  const { engine, projectRoot, namespace } = workshop;
  if ((await engine.size(tags.builder)) !== undefined) return;
  const files = await sourcesOf(path.join(projectRoot, BUILDER_FOLDER));
  const args = { BASE: await provideBase(workshop, tags.base) };
  await buildImage(workshop, { about: "builder", tag: tags.builder, files, args });
  await removeOthers(engine, `${namespace}/builder`, tags.builder);
  await removeOthers(engine, `${namespace}/debian`, tags.base);
}

/** The base that is here already, if any. */
export async function presentBase({ engine }: Pick<Workshop, "engine">, base: string): Promise<string | undefined> {
  for (const reference of [DEBIAN_IMAGE, base]) {
    if ((await engine.size(reference)) !== undefined) return reference;
  }
  return undefined;
}

async function provideBase(workshop: Workshop, base: string): Promise<string> {
  const present = await presentBase(workshop, base);
  if (present !== undefined) return present;
  const reason = await tryPull(workshop, "builder", DEBIAN_IMAGE);
  if (reason === undefined) return DEBIAN_IMAGE;
  await makeDebian(workshop, base, await packageList(workshop.projectRoot), reason);
  return base;
}

async function packageList(projectRoot: string): Promise<string[]> {
  const text = await readFile(path.join(projectRoot, BUILDER_FOLDER, "packages.txt"), "utf8");
  return text.split("\n").filter((line) => line !== "");
}
