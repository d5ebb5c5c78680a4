import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openAptRoot } from "../guests/apt-root.ts";
import { digestOf, keep } from "../guests/cache.ts";
import type { Context } from "./context.ts";

/** Its programs need no newer C library than any Debian in use has. */
const SUITE = "bookworm";
const PACKAGES = ["etcd-server", "containerd", "runc", "containernetworking-plugins"] as const;

/** Folders with programs, unpacked and not installed: a package would start services of its own. */
export interface DebianParts {
  /** To be looked up on the path: etcd, containerd with its shims, ctr, runc. */
  path: string;
  /** The network plugins. */
  cni: string;
}

/** @throws StartError NO_DEBIAN_MIRROR, PACKAGE_LISTS_NOT_FETCHED, PACKAGE_NOT_FETCHED */
export async function provideDebianParts(context: Context): Promise<DebianParts> {
  const name = `debian-${digestOf(SUITE, ...PACKAGES)}`;
  const folder = await keep(path.join(context.cache, name), (unfinished) => unpackPackages(context, unfinished));
  const at = (place: string) => path.join(folder, place);
  return { path: [at("usr/bin"), at("usr/sbin")].join(":"), cni: at("usr/lib/cni") };
}

async function unpackPackages(context: Context, target: string): Promise<void> {
  const { host, report, signal } = context;
  const apt = await openAptRoot(context, SUITE);
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-debs-"));
  try {
    for (const name of PACKAGES) {
      report(`fetching ${name}`);
      await apt.download(name, folder);
    }
    for (const deb of await readdir(folder)) {
      const done = await host.run("dpkg-deb", ["-x", path.join(folder, deb), target], { signal });
      if (!done.ok) throw new Error(done.message);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
    await apt.close();
  }
}
