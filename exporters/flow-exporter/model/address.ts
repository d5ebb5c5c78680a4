/**
 * 16 bytes of address as text: IPv4 (mapped as ::ffff:a.b.c.d) dotted, IPv6 as RFC 5952 writes it,
 * which is also how Docker writes its containers' addresses.
 */
export function addressText(view: DataView, at: number): string {
  return isMapped(view, at) ? dotted(view, at + 12) : colons(view, at);
}

/** An IPv6 address, however it is written, as `addressText` writes it. */
export function asAddressText(ipv6: string): string {
  const mapped = ipv6.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i)?.[1];
  return mapped ?? new URL(`http://[${ipv6}]`).hostname.slice(1, -1);
}

/** Whether an address stays within its network namespace. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** Whether an address is none of the internet's: of a network that is somebody's own, as Docker's are, or a provider's (RFC 6598), as clusters' are. */
export function isPrivate(address: string): boolean {
  return /^(10\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|f[cd][0-9a-f]{2}:)/.test(
    address,
  );
}

/** The network of the usual size that an address is of, such as a cluster gives each machine for its pods: /24, or /64. */
export function networkOf(address: string): string {
  return address.includes(":") ? `${addressBits(address) >> 64n}` : address.slice(0, address.lastIndexOf("."));
}

/** Whether an address stays on its link: any machine can have the same one on another. */
export function isLinkLocal(address: string): boolean {
  return /^(169\.254\.|fe[89ab][0-9a-f]:)/.test(address);
}

/** Whether an address is nobody's alone: that of a group, of all on a link, or of one who has none yet. */
export function isShared(address: string): boolean {
  return /^(22[4-9]\.|23\d\.|255\.255\.255\.255$|0\.0\.0\.0$|ff[0-9a-f]{2}:|::$)/.test(address);
}

/** An address, as `addressText` writes it, as a number of 128 bits. */
export function addressBits(address: string): bigint {
  if (!address.includes(":")) return address.split(".").reduce((bits, part) => (bits << 8n) | BigInt(part), 0xffffn);
  const [before = [], after = []] = address.split("::").map((groups) => groups.split(":").filter(Boolean));
  const gap = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...gap, ...after].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function isMapped(view: DataView, at: number): boolean {
  return view.getUint32(at) === 0 && view.getUint32(at + 4) === 0 && view.getUint32(at + 8) === 0xffff;
}

const MAX_KEPT = 65_536;
const kept = new Map<number, string>();

/** The same addresses come again and again: one text for each costs less time and memory than one for each row. */
function dotted(view: DataView, at: number): string {
  const address = view.getUint32(at);
  const known = kept.get(address);
  if (known !== undefined) return known;
  if (kept.size === MAX_KEPT) kept.clear();
  const made = dottedText(view, at);
  kept.set(address, made);
  return made;
}

function dottedText(view: DataView, at: number): string {
  return `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`;
}

function colons(view: DataView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(at + 2 * index).toString(16));
  const gap = longestZeroRun(groups);
  if (gap.length < 2) return groups.join(":");
  return `${groups.slice(0, gap.start).join(":")}::${groups.slice(gap.start + gap.length).join(":")}`;
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== "0") start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  }
  return longest;
}
