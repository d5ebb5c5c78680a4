import { readFile } from "node:fs/promises";

/**
 * Where the kernel has no bpf_rdonly_cast, libbpf looks for it in modules, which takes SYS_ADMIN; from 1.2 on it does
 * without. The tracer's image is built with 1.5.
 */
export async function needsSysAdmin(program: string): Promise<string | undefined> {
  if ((await readFile("/proc/kallsyms", "utf8")).includes(" bpf_rdonly_cast\n")) return undefined;
  if ((await readFile(program)).includes("skipping module BTFs")) return undefined;
  return "needs a tracer built with libbpf 1.2 or newer";
}
