import { existsSync } from "node:fs";
import { symlink } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import { type AptRoot, openAptRoot } from "./apt-root.ts";
import type { Context } from "./context.ts";
import type { StockKernel } from "./kernels.ts";
import { cachedPackages, fetchPackages, type Package, unpack } from "./packages.ts";

/** A kernel ready to boot. */
export interface KernelFiles extends StockKernel {
  /** The compressed image QEMU is given. */
  image: string;
  /** Folder with `lib/modules/RELEASE` in it, as `modprobe -d` wants it. */
  root: string;
}

/**
 * Brings a kernel at its pinned version; where that is no longer served, the newest one of its series, saying so.
 * @throws StartError KERNEL_NOT_SERVED, NO_DEBIAN_MIRROR, PACKAGE_LISTS_NOT_FETCHED, PACKAGE_NOT_FETCHED
 */
export async function fetchKernel(context: Context, pinned: StockKernel): Promise<KernelFiles> {
  const cached = await cachedPackages(context, packagesOf(pinned));
  if (cached) return unpackKernel(context, pinned, cached);
  const apt = await openAptRoot(context, pinned.suite);
  try {
    const kernel = await servedKernel(apt, context, pinned);
    return await unpackKernel(context, kernel, await fetchPackages(apt, context, packagesOf(kernel)));
  } finally {
    await apt.close();
  }
}

/** From 6.19 on image, modules and what is built in come in packages of their own. */
function packagesOf({ release, version }: StockKernel): Package[] {
  const [major = 0, minor = 0] = release.split(".").map(Number);
  const parts = major > 6 || minor >= 19 ? ["base", "binary", "modules"] : ["image"];
  return parts.map((part) => ({ name: `linux-${part}-${release}`, version }));
}

async function servedKernel(apt: AptRoot, { report }: Context, pinned: StockKernel): Promise<StockKernel> {
  if (await isServed(apt, pinned)) return pinned;
  const newest = await newestOfSeries(apt, pinned);
  const gone = `kernel ${pinned.name}: ${pinned.version} is no longer served in ${pinned.suite}`;
  if (newest === undefined) {
    const fix = "pin another suite in tests/guests/kernels.ts";
    throw new StartError("KERNEL_NOT_SERVED", { what: gone, why: "nor is another of its series", fix });
  }
  report(`${gone}; the newest there is ${newest.version}, which is taken instead`);
  return newest;
}

async function isServed(apt: AptRoot, kernel: StockKernel): Promise<boolean> {
  const shown = await Promise.all(
    packagesOf(kernel).map(({ name, version }) => apt.query("apt-cache", "show", `${name}=${version}`)),
  );
  return shown.every((text) => text !== undefined);
}

async function newestOfSeries(apt: AptRoot, pinned: StockKernel): Promise<StockKernel | undefined> {
  const series = pinned.name.replaceAll(".", "\\.");
  const listed = await apt.query("apt-cache", "search", "--names-only", `^linux-image-${series}[.+-].*-cloud-amd64$`);
  const names = (listed ?? "").split("\n").map((line) => line.split(" ")[0] ?? "");
  const byNumber = new Intl.Collator("en", { numeric: true }).compare;
  for (const name of names.filter(Boolean).sort(byNumber).reverse()) {
    const shown = await apt.query("apt-cache", "show", "--no-all-versions", name);
    const version = /^Version: (.+)$/m.exec(shown ?? "")?.[1];
    const kernel = { ...pinned, version: version ?? "", release: name.replace("linux-image-", "") };
    if (version !== undefined && (await isServed(apt, kernel))) return kernel;
  }
  return undefined;
}

async function unpackKernel(context: Context, kernel: StockKernel, debs: readonly string[]): Promise<KernelFiles> {
  const { release } = kernel;
  const root = await unpack(context, debs, async (folder) => {
    // Newer packages have all beneath usr, and modprobe looks beneath lib.
    if (!existsSync(path.join(folder, "lib"))) await symlink("usr/lib", path.join(folder, "lib"));
    const indexed = await context.host.run("depmod", ["-b", folder, release], { signal: context.signal });
    if (!indexed.ok) throw new Error(indexed.message);
  });
  const images = [`boot/vmlinuz-${release}`, `lib/modules/${release}/vmlinuz`].map((file) => path.join(root, file));
  const image = images.find((file) => existsSync(file));
  if (image === undefined) throw new Error(`no kernel image in ${root}`);
  return { ...kernel, image, root };
}
