/** One socket of `/proc/net/tcp`, which has no bytes. */
export interface ProcSocket {
  localAddress: string;
  localPort: number;
  remoteAddress: string;
  remotePort: number;
  state: number;
  inode: number;
}

/** Parses `/proc/net/tcp` (IPv4). Addresses are in the machine's byte order, which is little endian here. */
export function parseProcNetTcp(text: string): ProcSocket[] {
  const [, ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => {
    const [, local = "", remote = "", state = "", , , , , , inode = ""] = line.trimStart().split(/ +/, 10);
    return {
      localAddress: dotted(local),
      localPort: Number.parseInt(local.slice(9), 16),
      remoteAddress: dotted(remote),
      remotePort: Number.parseInt(remote.slice(9), 16),
      state: Number.parseInt(state, 16),
      inode: Number(inode),
    };
  });
}

function dotted(hex: string): string {
  const address = Number.parseInt(hex.slice(0, 8), 16);
  return `${address & 255}.${(address >>> 8) & 255}.${(address >>> 16) & 255}.${address >>> 24}`;
}
