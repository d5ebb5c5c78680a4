/**
 * The user whose a process is, out of its `/proc/PID/status`: undefined where that says nothing, or names several, as of a
 * program that another user has started and that has root's rights (setuid).
 */
export function userOf(status: string): number | undefined {
  const [, ...users] = status.match(/^Uid:\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$/m) ?? [];
  return new Set(users).size === 1 ? Number(users[0]) : undefined;
}

/**
 * Path of a process's v2 cgroup, out of its `/proc/PID/cgroup`, as it looks from the reader's own cgroup namespace: there
 * "/" is the reader's own, and what lies above it begins with "/..". Undefined where the file says nothing.
 */
export function cgroupPath(text: string): string | undefined {
  return text.match(/^0::(\/.*)$/m)?.[1];
}
