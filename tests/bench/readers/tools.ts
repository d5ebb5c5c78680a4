import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Sockets } from "../rig/hold.ts";
import type { Namespace } from "../rig/network.ts";
import { parseConntrack } from "./conntrack.ts";
import { parseProcNetTcp } from "./proc-net-tcp.ts";
import { parseSs } from "./ss.ts";

const MAX_MS = 60_000;
const LARGEST_BYTES = 1 << 30;

/** Another way to learn of the sockets in a namespace. */
export interface Tool {
  name: string;
  givesBytes: boolean;
  /** 2 where it has both sockets of a local connection. */
  entriesPerConnection: 1 | 2;
  /** Reads and parses; returns how many entries there were. */
  read(): number;
}

export function toolsFor({ name }: Namespace, sockets: Sockets): Tool[] {
  const inside = (...argv: string[]) => output(["ip", "netns", "exec", name, ...argv]);
  return [
    {
      name: "ss -tinH",
      givesBytes: true,
      entriesPerConnection: 2,
      read: () => parseSs(inside("ss", "-tinH")).length,
    },
    {
      name: "/proc/net/tcp",
      givesBytes: false,
      entriesPerConnection: 2,
      read: () => parseProcNetTcp(readFileSync(`/proc/${sockets.pid}/net/tcp`, "latin1")).length,
    },
    {
      name: "conntrack -L",
      givesBytes: true,
      entriesPerConnection: 1,
      read: () => parseConntrack(inside("conntrack", "-L", "-p", "tcp")).length,
    },
  ];
}

/** Everything a command prints; synchronous, so that nothing else is in the measured time. */
function output([program = "", ...args]: readonly string[]): string {
  const options = { encoding: "latin1", maxBuffer: LARGEST_BYTES, timeout: MAX_MS } as const;
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}
