import type { Check, Finding } from "./types.ts";
import { isAtLeast, parseVersion, type Version } from "./version.ts";

/** Iterators, by which all rows come out of the kernel. */
const ITERATORS: Version = [5, 8];
/** What the tracer has been seen to load on, and what it is expected to load on. */
const TESTED: Version = [6, 1];
const EXPECTED: Version = [5, 15];
/** Atomics that return a value, in the compiler for arm64. */
const EXPECTED_ON_ARM64: Version = [5, 18];

const FIX = "boot a newer kernel; most distributions offer one as a backport";

/** A version is a hint: distributions change their kernels. What the kernel can do is tried by the tracer as it starts. */
export const kernelVersion: Check = {
  title: "Kernel",
  run: async ({ host }) => {
    const release = (await host.readText("/proc/sys/kernel/osrelease"))?.trim() ?? "unknown";
    const version = parseVersion(release);
    const expected = host.arch === "arm64" ? EXPECTED_ON_ARM64 : EXPECTED;
    if (!version || !isAtLeast(version, ITERATORS)) return tooOld(release);
    if (!isAtLeast(version, expected)) return doubtful(release, host.arch, expected);
    return { status: "ok", detail: isAtLeast(version, TESTED) ? release : `${release} (not tested)` };
  },
};

function tooOld(release: string): Finding {
  const why = `the BPF programs need iterators, added in Linux ${ITERATORS.join(".")}; this machine runs ${release}`;
  return { status: "failed", code: "KERNEL_TOO_OLD", detail: release, why, fix: FIX };
}

function doubtful(release: string, arch: string, expected: Version): Finding {
  const detail = `${release} on ${arch}`;
  const why = `kernels before ${expected.join(".")} probably refuse the BPF programs; flow-tracer's log would say so`;
  return { status: "warning", detail, why, fix: FIX };
}
