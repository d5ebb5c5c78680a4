export interface Route {
  device: string;
  /** Network and mask as unsigned 32-bit numbers. */
  network: number;
  mask: number;
}

/** `table` is /proc/net/route: tab-separated, addresses as little-endian hex. */
export function parseRoutes(table: string): Route[] {
  return table
    .split("\n")
    .slice(1)
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [device = "", destination = "", , , , , , mask = ""] = line.split("\t").map((field) => field.trim());
      return { device, network: fromLittleEndian(destination), mask: fromLittleEndian(mask) };
    });
}

function fromLittleEndian(hex: string): number {
  return Buffer.from(hex, "hex").readUInt32LE();
}

/** Whether two networks share an address: they do when they agree under the shorter mask. */
export function overlaps(a: Omit<Route, "device">, b: Omit<Route, "device">): boolean {
  const mask = (a.mask & b.mask) >>> 0;
  return (a.network & mask) >>> 0 === (b.network & mask) >>> 0;
}

/** "172.17.0.0/16" for people. */
export function cidr({ network, mask }: Omit<Route, "device">): string {
  const bytes = [24, 16, 8, 0].map((shift) => (network >>> shift) & 255);
  const length = mask === 0 ? 0 : 32 - Math.log2(2 ** 32 - mask);
  return `${bytes.join(".")}/${length}`;
}
