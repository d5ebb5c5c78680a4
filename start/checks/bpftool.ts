import { bpftool as bpftoolInstaller } from "../install/bpf-tools.ts";
import { BTF } from "./kernel-btf.ts";
import type { Check } from "./types.ts";

export const bpftool: Check = {
  title: "bpftool",
  run: async ({ host }) => {
    const version = await host.run("bpftool", ["version"]);
    // Ubuntu's wrapper is there without the tool for the running kernel: only a dump shows that it works.
    const dump = await host.run("bpftool", ["btf", "dump", "file", BTF, "format", "c"], { timeoutMs: 30_000 });
    if (dump.ok && dump.stdout.includes("struct sock {"))
      return { status: "ok", detail: version.stdout.split("\n")[0] ?? "" };
    return {
      status: "missing",
      code: "BPFTOOL_NOT_INSTALLED",
      detail: version.ok ? "cannot read this kernel's types" : "not installed",
      why: `the running kernel's types are taken from ${BTF} with it`,
      fix: "install the package bpftool (Debian, Fedora) or linux-tools for the running kernel (Ubuntu)",
      installer: bpftoolInstaller,
    };
  },
};
