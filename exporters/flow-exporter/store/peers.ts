import type {
  AddressTenure,
  Apart,
  KnownEnd,
  KnownHalf,
  Transaction,
  WrittenTransaction,
} from "../model/transaction.ts";

/** Who had one of these addresses at some time in between, milliseconds since 1970 by the store's clock. */
export interface TenureQuery {
  addresses: readonly string[];
  fromMs: number;
  toMs: number;
}

/** Addresses are reported every ten seconds: whoever came and went in between has had one for longer than was reported. */
export const SLACK_MS = 30_000;

/** Says of the transactions with one half whose the other end is, by who had its address then: with one question for all. */
export async function withPeers(
  rows: readonly WrittenTransaction[],
  tenuresOf: (query: TenureQuery) => Promise<readonly AddressTenure[]>,
): Promise<Transaction[]> {
  const alone = rows.filter(({ client, server }) => !client || !server);
  const seenMs = alone.map(({ firstSeenMs }) => firstSeenMs);
  const query = {
    addresses: [...new Set(alone.map(peerAddress))],
    fromMs: Math.min(...seenMs) - SLACK_MS,
    toMs: Math.max(...seenMs) + SLACK_MS,
  };
  const tenures = alone.length > 0 ? await tenuresOf(query) : [];
  const byAddress = Map.groupBy(tenures, ({ address }) => address);
  return rows.map((row) => withPeer(row, byAddress.get(peerAddress(row)) ?? []));
}

function peerAddress({ client, sourceAddress, destinationAddress }: WrittenTransaction): string {
  return client ? destinationAddress : sourceAddress;
}

function withPeer(row: WrittenTransaction, tenures: readonly AddressTenure[]): Transaction {
  const { client, server } = row;
  const half = client ?? server;
  const peer = half && !(client && server) ? peerAmong(tenures, row, half) : undefined;
  return {
    ...row,
    source: client ? endOf(client) : peer,
    destination: server ? endOf(server) : peer,
    apart: client && server ? undefined : whyApart(half, peer),
  };
}

function endOf({ owner, node }: KnownHalf): KnownEnd {
  return { owner, node, by: "half" };
}

function whyApart(half: KnownHalf | undefined, peer: KnownEnd | undefined): Apart {
  if (half?.nat === "unknown") return "nat_unknown";
  return peer ? "peer_silent" : "peer_unknown";
}

/**
 * Nodes give their containers addresses of their own accord, so several can have the same: the one on the half's own node is
 * nearer than all others, and of two that are elsewhere none is known to be the one. What does not leave its node has its other end
 * there, or nowhere. `sql/address-holders.ts` goes by the same rule.
 */
function peerAmong(tenures: readonly AddressTenure[], row: WrittenTransaction, half: KnownHalf): KnownEnd | undefined {
  const then = tenures.filter(
    ({ validFromMs, validToMs }) =>
      validFromMs - SLACK_MS <= row.firstSeenMs && validToMs + SLACK_MS >= row.firstSeenMs,
  );
  const near = then.filter(({ node }) => node === half.node);
  const able = near.length > 0 || half.nat === "local" ? near : then;
  const holders = Map.groupBy(able, ({ node, owner }) => `${node} ${owner.name}`);
  const [same] = holders.values();
  if (same === undefined || holders.size > 1) return undefined;
  const { owner, node } = same.reduce((one, other) => (other.validFromMs > one.validFromMs ? other : one));
  return { owner, node, by: "address" };
}
