import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, realpath, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import type { AptRoot } from "./apt-root.ts";
import { digestOf, digestOfFile, keep } from "./cache.ts";
import type { Context } from "./context.ts";

/** A Debian package at one version. */
export interface Package {
  name: string;
  version: string;
}

/**
 * Where these packages lie in the cache, in their order; undefined unless all are there.
 * A file is kept under its SHA-256 and named by a link, so that a version fetched once needs no mirror again.
 */
export async function cachedPackages({ cache }: Context, packages: readonly Package[]): Promise<string[] | undefined> {
  const links = packages.map((each) => linkTo(cache, each));
  return links.every((link) => existsSync(link)) ? Promise.all(links.map((link) => realpath(link))) : undefined;
}

/**
 * The .deb files of these packages, from the cache or else from the suite whose lists these are.
 * @throws StartError PACKAGE_NOT_FETCHED, as for a version that is no longer served
 */
export async function fetchPackages(apt: AptRoot, context: Context, packages: readonly Package[]): Promise<string[]> {
  const files: string[] = [];
  for (const each of packages) files.push(await fetchOne(apt, context, each));
  return files;
}

async function fetchOne(apt: AptRoot, { cache, report }: Context, each: Package): Promise<string> {
  const link = linkTo(cache, each);
  if (existsSync(link)) return realpath(link);
  report(`fetching ${each.name} ${each.version}`);
  await mkdir(path.dirname(link), { recursive: true });
  const folder = await mkdtemp(`${link}.`);
  try {
    await apt.download(`${each.name}=${each.version}`, folder);
    const [file = ""] = await readdir(folder);
    const fetched = path.join(folder, file);
    const content = path.join(cache, "debs", `${await digestOfFile(fetched)}.deb`);
    await keep(content, (unfinished) => rename(fetched, unfinished));
    await keep(link, (unfinished) => symlink(path.relative(path.dirname(link), content), unfinished));
    return content;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function linkTo(cache: string, { name, version }: Package): string {
  return path.join(cache, "packages", `${name}_${version}.deb`);
}

/**
 * Unpacks .deb files over each other into one folder of the cache, named by their contents.
 * @param finish is given the folder before it counts as whole.
 */
export async function unpack(
  { host, cache, signal }: Context,
  debs: readonly string[],
  finish: (folder: string) => Promise<void> = async () => {},
): Promise<string> {
  const name = digestOf(...debs.map((deb) => path.basename(deb)));
  return keep(path.join(cache, "unpacked", name), async (folder) => {
    await mkdir(folder);
    for (const deb of debs) {
      const done = await host.run("dpkg-deb", ["-x", deb, folder], { signal });
      if (!done.ok) throw new Error(done.message);
    }
    await finish(folder);
  });
}
