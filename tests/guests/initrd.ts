import { copyFile, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RunResult } from "../../start/lib/host.ts";
import { digestOf, digestOfFile, keep } from "./cache.ts";
import type { Context } from "./context.ts";
import type { KernelFiles } from "./kernel-files.ts";

export interface InitrdContents {
  kernel: KernelFiles;
  /** Names of modules; with those they need they lie in /modules, named in the order in which they load. */
  modules: readonly string[];
  /** The script /init; the shell and all else it can call is busybox, in /bin. */
  init: string;
  /** Programs and other files of this machine, by their path in the disk. */
  files?: Readonly<Record<string, string>>;
}

/** Makes an initial RAM disk; the same contents are made once. Returns its path in the cache. */
export async function makeInitrd(context: Context, contents: InitrdContents): Promise<string> {
  const busybox = (await context.host.which("busybox")) ?? "busybox";
  const files = { "bin/busybox": busybox, ...contents.files };
  const digests = await Promise.all(Object.values(files).map((file) => digestOfFile(file)));
  const { kernel, modules, init } = contents;
  const name = digestOf(path.basename(kernel.root), ...modules, init, ...Object.keys(files), ...digests);
  return keep(path.join(context.cache, "initrds", `${name}.cpio`), async (archive) => {
    const folder = `${archive}.d`;
    try {
      await fill(context, folder, contents, files);
      await pack(context, folder, archive);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function fill(context: Context, folder: string, contents: InitrdContents, files: Record<string, string>) {
  for (const name of ["bin", "dev", "proc", "sys", "tmp", "run", "root", "modules"]) {
    await mkdir(path.join(folder, name), { recursive: true });
  }
  for (const [name, file] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await copyFile(file, path.join(folder, name));
  }
  const applets = sure(await context.host.run(path.join(folder, "bin/busybox"), ["--list"])).stdout.split("\n");
  const links = applets.filter((applet) => applet !== "busybox" && applet !== "");
  for (const applet of links) await symlink("busybox", path.join(folder, "bin", applet)).catch(ignoreExisting);
  await writeFile(path.join(folder, "init"), contents.init, { mode: 0o755 });
  await addModules(context, folder, contents);
}

/** A file of this machine that was put there by that name comes first. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

async function addModules({ host }: Context, folder: string, { kernel, modules }: InitrdContents): Promise<void> {
  const files: string[] = [];
  for (const name of modules) {
    const needs = await host.run("modprobe", ["-d", kernel.root, "-S", kernel.release, "--show-depends", name]);
    // What is built in needs no file, and the line says so.
    files.push(
      ...sure(needs)
        .stdout.split("\n")
        .flatMap((line) => /^insmod (\S.*\.ko\S*)/.exec(line)?.[1] ?? []),
    );
  }
  for (const [index, file] of [...new Set(files)].entries()) {
    const target = path.join(folder, "modules", `${`${index}`.padStart(3, "0")}-${path.basename(file, ".xz")}`);
    if (file.endsWith(".xz")) sure(await host.run("sh", ["-c", 'busybox xz -dc "$1" > "$2"', "sh", file, target]));
    else await copyFile(file, target);
  }
}

/** Not compressed: unpacking it would cost the emulated machine more than reading it. */
async function pack({ host }: Context, folder: string, archive: string): Promise<void> {
  const list = "find . -mindepth 1 | LC_ALL=C sort";
  const script = `${list} | cpio --quiet -o -H newc --reproducible -R 0:0 -O "$1"`;
  sure(await host.run("sh", ["-c", script, "sh", archive], { cwd: folder }));
}

function sure(result: RunResult): RunResult {
  if (!result.ok) throw new Error(result.message);
  return result;
}
