import path from "node:path";
import { execa } from "execa";
import { waitFor } from "../../../start/lib/wait.ts";
import type { Bench } from "../bench.ts";
import { startSilent } from "./background.ts";
import type { Namespace } from "./network.ts";

/** A per-packet tool of the distribution. */
export interface Peer {
  name: string;
  /** Its command line on an interface; `folder` is for what it writes. */
  argv(device: string, folder: string): string[];
}

export const PEERS: readonly Peer[] = [
  {
    name: "pmacctd",
    argv: (device, folder) => {
      const fields = "src_host,dst_host,src_port,dst_port,proto";
      return ["pmacctd", "-i", device, "-c", fields, "-P", "memory", "-p", path.join(folder, "pmacct.pipe")];
    },
  },
  {
    name: "softflowd",
    argv: (device, folder) => {
      const files = ["-p", path.join(folder, "softflowd.pid"), "-c", path.join(folder, "softflowd.ctl")];
      return ["softflowd", "-d", "-i", device, "-n", "127.0.0.1:9995", ...files];
    },
  },
  { name: "tcpdump -w /dev/null", argv: (device) => ["tcpdump", "-i", device, "-w", "/dev/null"] },
];

/** Runs a peer on a namespace's end of the veth pair, from when it captures. */
export function startPeer(peer: Peer, namespace: Namespace, { folder, signal }: Bench): Promise<AsyncDisposable> {
  const wait = { name: peer.name, deadlineMs: 10_000, everyMs: 50, signal };
  return startSilent(namespace.command(...peer.argv(namespace.device, folder)), () =>
    waitFor(
      { ...wait, code: "BENCH_PEER", fix: `try it by hand: ${peer.argv(namespace.device, folder).join(" ")}` },
      () => captures(namespace),
    ),
  );
}

/** Nobody else is in the namespace: a packet socket there is the peer's. */
async function captures({ name }: Namespace): Promise<void> {
  const { stdout } = await execa("ip", ["netns", "exec", name, "cat", "/proc/net/packet"]);
  if (stdout.split("\n").length < 2) throw new Error("it does not capture");
}
