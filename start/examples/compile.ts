import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../errors.ts";
import type { Host, RunResult } from "../lib/host.ts";

export interface CompileOptions {
  host: Host;
  /** Folder with NAME.bpf.c, NAME.yaml and their headers. */
  sources: string;
  names: readonly string[];
  /** Where ebpf_exporter finds NAME.bpf.o and NAME.yaml. */
  outDir: string;
  onProgress: (line: string) => void;
  signal: AbortSignal;
}

const BTF = "/sys/kernel/btf/vmlinux";
const STAMP = ".stamp";
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: "x86", arm64: "arm64" };

/**
 * Compiles the examples against the running kernel's types; does nothing when sources, names and kernel are the same.
 * @returns whether anything was compiled.
 * @throws StartError BPF_COMPILE_FAILED with the compiler's last lines.
 */
export async function compileExamples(options: CompileOptions): Promise<boolean> {
  const { sources, names, outDir, onProgress } = options;
  const stamp = await stampOf(options);
  if ((await readFile(path.join(outDir, STAMP), "utf8").catch(() => "")) === stamp) return false;
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  const types = path.join(outDir, "vmlinux.h");
  onProgress("reading the kernel's types");
  await writeFile(types, await kernelTypes(options));
  for (const name of names) {
    onProgress(`compiling ${name}`);
    await compile(name, options);
    await copyFile(path.join(sources, `${name}.yaml`), path.join(outDir, `${name}.yaml`));
  }
  await rm(types);
  await writeFile(path.join(outDir, STAMP), stamp);
  return true;
}

async function stampOf({ host, sources, names }: CompileOptions): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(names));
  hash.update((await host.readText("/proc/version")) ?? "");
  for (const file of (await readdir(sources)).sort())
    hash.update(file).update(await readFile(path.join(sources, file)));
  return hash.digest("hex");
}

async function kernelTypes({ host, signal }: CompileOptions): Promise<string> {
  const dump = await host.run("bpftool", ["btf", "dump", "file", host.resolve(BTF), "format", "c"], { signal });
  if (!dump.ok) throw failed(`The types of the running kernel cannot be read from ${BTF}`, dump);
  return dump.stdout;
}

async function compile(name: string, { host, sources, outDir, signal }: CompileOptions): Promise<void> {
  const args = [
    ...["-g", "-O2", "-Wall", "-target", "bpf", `-D__TARGET_ARCH_${ARCHITECTURES[host.arch] ?? host.arch}`],
    ...["-I", outDir, "-I", sources],
    ...["-c", path.join(sources, `${name}.bpf.c`), "-o", path.join(outDir, `${name}.bpf.o`)],
  ];
  const result = await host.run("clang", args, { signal });
  if (!result.ok) throw failed(`The BPF example ${name} does not compile`, result);
}

function failed(what: string, result: RunResult): StartError {
  return new StartError("BPF_COMPILE_FAILED", {
    what,
    why: (result.stderr || result.message).trim().split("\n").slice(-8).join("\n"),
    fix: "`npm run doctor` checks clang, bpftool and the libbpf headers",
  });
}
