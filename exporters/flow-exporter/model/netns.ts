export interface Netns {
  netns: number;
  netnsCookie: number;
}

/** A network namespace by its cookie; by its inode, which is used again, only where the kernel gives no cookie. */
export function netnsKey({ netns, netnsCookie }: Netns): number {
  return netnsCookie > 0 ? -netnsCookie : netns;
}
