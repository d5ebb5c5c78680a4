import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../errors.ts";
import type { Host, RunResult } from "../lib/host.ts";

export interface CompileOptions {
  host: Host;
  /** Folder with NAME.bpf.c, NAME.yaml and their headers. */
  sources: string;
  /** Folder with vmlinux.h, the kernel's types as the programs look at them. */
  types: string;
  names: readonly string[];
  /** Where ebpf_exporter finds NAME.bpf.o and NAME.yaml. */
  outDir: string;
  onProgress: (line: string) => void;
  signal: AbortSignal;
}

const STAMP = ".stamp";
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: "x86", arm64: "arm64" };

/**
 * Compiles the examples, for every kernel alike: where a member of a kernel's type lies is found as a program is loaded.
 * Does nothing when sources and names are the same.
 * @returns whether anything was compiled.
 * @throws StartError BPF_COMPILE_FAILED with the compiler's last lines.
 */
export async function compileExamples(options: CompileOptions): Promise<boolean> {
  const { sources, names, outDir, onProgress } = options;
  const stamp = await stampOf(options);
  if ((await readFile(path.join(outDir, STAMP), "utf8").catch(() => "")) === stamp) return false;
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  for (const name of names) {
    onProgress(`compiling ${name}`);
    await compile(name, options);
    await copyFile(path.join(sources, `${name}.yaml`), path.join(outDir, `${name}.yaml`));
  }
  await writeFile(path.join(outDir, STAMP), stamp);
  return true;
}

async function stampOf({ host, sources, types, names }: CompileOptions): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([names, host.arch]));
  for (const file of (await readdir(sources)).sort())
    hash.update(file).update(await readFile(path.join(sources, file)));
  hash.update(await readFile(path.join(types, "vmlinux.h")));
  return hash.digest("hex");
}

async function compile(name: string, { host, sources, types, outDir, signal }: CompileOptions): Promise<void> {
  const args = [
    ...["-g", "-O2", "-Wall", "-target", "bpf", `-D__TARGET_ARCH_${ARCHITECTURES[host.arch] ?? host.arch}`],
    ...["-I", types, "-I", sources],
    ...["-c", path.join(sources, `${name}.bpf.c`), "-o", path.join(outDir, `${name}.bpf.o`)],
  ];
  const result = await host.run("clang", args, { signal });
  if (!result.ok) throw failed(`The BPF example ${name} does not compile`, result);
}

function failed(what: string, result: RunResult): StartError {
  return new StartError("BPF_COMPILE_FAILED", {
    what,
    why: (result.stderr || result.message).trim().split("\n").slice(-8).join("\n"),
    fix: "`npm run doctor` checks clang and the libbpf headers",
  });
}
