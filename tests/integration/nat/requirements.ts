import { execa } from "execa";

/** The two ways that rules get into the kernel; kube-proxy has both. */
export const IPTABLES = ["iptables-legacy", "iptables-nft"] as const;

/** What is missing to make two nodes that translate; undefined: nothing. */
export async function natToolsLack(): Promise<string | undefined> {
  const tools = await execa("sh", ["-c", "command -v ip iptables-legacy iptables-nft sysctl cc"], { reject: false });
  return tools.exitCode === 0 ? undefined : "needs ip, iptables (both kinds), sysctl and a C compiler";
}

/** What this kernel, which nobody can be asked to change, does not do; undefined: nothing. */
export async function natKernelLacks(): Promise<string | undefined> {
  for (const iptables of IPTABLES) {
    const rules = await execa("unshare", ["--net", iptables, "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE"], {
      reject: false,
    });
    if (rules.exitCode !== 0) return `needs a kernel that ${iptables} can translate addresses with: ${rules.stderr}`;
  }
  const table = await execa("test", ["-r", "/proc/self/net/nf_conntrack"], { reject: false });
  return table.exitCode === 0 ? undefined : "needs a kernel that shows /proc/net/nf_conntrack";
}
