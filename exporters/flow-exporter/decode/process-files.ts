/** The user a process has its rights from, out of its `/proc/PID/status`; undefined where that says nothing. */
export function effectiveUser(status: string): number | undefined {
  const [, effective] = status.match(/^Uid:\s+\d+\s+(\d+)/m) ?? [];
  return effective === undefined ? undefined : Number(effective);
}

/**
 * Path of a process's v2 cgroup, out of its `/proc/PID/cgroup`, as it looks from the reader's own cgroup namespace: there
 * "/" is the reader's own, and what lies above it begins with "/..". Undefined where the file says nothing.
 */
export function cgroupPath(text: string): string | undefined {
  return text.match(/^0::(\/.*)$/m)?.[1];
}
