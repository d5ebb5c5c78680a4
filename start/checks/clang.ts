import { clang as clangInstaller } from "../install/bpf-tools.ts";
import type { Check } from "./types.ts";
import { isAtLeast, parseVersion, VERSION_DEADLINE_MS } from "./version.ts";

const OLDEST = [12, 0] as const;

export const clang: Check = {
  title: "clang",
  run: async ({ host }) => {
    const found = await host.run("clang", ["--version"], { timeoutMs: VERSION_DEADLINE_MS });
    const version = found.ok ? parseVersion(found.stdout) : undefined;
    const fault = {
      why: `BPF programs are compiled with clang ${OLDEST[0]} or newer`,
      fix: "install the package clang",
    };
    if (!version) {
      return {
        status: "missing",
        code: "CLANG_NOT_INSTALLED",
        detail: "not installed",
        ...fault,
        installer: clangInstaller,
      };
    }
    const detail = version.join(".");
    return isAtLeast(version, OLDEST)
      ? { status: "ok", detail }
      : { status: "failed", code: "CLANG_TOO_OLD", detail, ...fault };
  },
};
