import type { PeerChange } from "../../../hubble/requests.ts";

/** More nodes than that a relay is not told of. */
const MAX_PEERS = 256;
/** As a machine can be called, with its domain: a relay shows it, and names files and flows by it. */
const NAME = /^[^\p{C}\p{Z}]{1,253}$/u;
/** Names that are asked for at a time. */
const AT_ONCE = 16;

export interface PeerParts {
  /** This node; its address may be another one once a peer turns out to be this node. */
  own: { name: string; address: string; isSettled: boolean };
  hosts: readonly { host: string; port: number }[];
  /** All addresses of a host. Rejects where that is not known. */
  resolve(host: string): Promise<readonly string[]>;
  /** What a node calls itself. Rejects where it does not answer. */
  nameAt(address: string): Promise<string>;
}

export type Change = Pick<PeerChange, "name" | "address" | "type">;

/** The nodes that a relay is told of: this one, and those behind the hosts that the user has named. */
export class Peers {
  readonly #parts: PeerParts;
  /** Addresses by name. */
  #known: ReadonlyMap<string, string>;
  /** Names by address, as they were told last. */
  readonly #names = new Map<string, string>();
  /** Addresses of each host, as they were found last. */
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();

  constructor(parts: PeerParts) {
    this.#parts = parts;
    this.#known = new Map([[parts.own.name, parts.own.address]]);
  }

  /** Where this node is found. */
  get ownAddress(): string {
    return this.#known.get(this.#parts.own.name) ?? this.#parts.own.address;
  }

  /** Tells all that are known now, and then what changes. @returns how to stop that */
  listen(listener: (changes: readonly Change[]) => void): () => void {
    listener([...this.#known].map(([name, address]) => ({ name, address, type: "PEER_ADDED" })));
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks who is there now. Never rejects. @returns whether each host has been found, and each of its addresses has said its name */
  async look(): Promise<boolean> {
    const addresses = await this.#findAddresses();
    for (let at = 0; at < addresses.length; at += AT_ONCE) {
      await Promise.all(addresses.slice(at, at + AT_ONCE).map((address) => this.#askName(address)));
    }
    for (const address of this.#names.keys()) if (!addresses.includes(address)) this.#names.delete(address);
    this.#renew(this.#found(addresses));
    return this.#addresses.size === this.#parts.hosts.length && addresses.every((address) => this.#names.has(address));
  }

  /** A host that cannot be found just now is where it was. */
  async #findAddresses(): Promise<string[]> {
    for (const { host, port } of this.#parts.hosts) {
      try {
        const found = await this.#parts.resolve(host);
        this.#addresses.set(
          `${host} ${port}`,
          found.map((address) => (address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`)),
        );
      } catch {}
    }
    return [...new Set([...this.#addresses.values()].flat())].slice(0, MAX_PEERS);
  }

  /** One that does not answer keeps its name; one that never has is left out. */
  async #askName(address: string): Promise<void> {
    try {
      const name = await this.#parts.nameAt(address);
      if (NAME.test(name)) this.#names.set(address, name);
    } catch {}
  }

  #found(addresses: readonly string[]): Map<string, string> {
    const { own } = this.#parts;
    const found = new Map([[own.name, own.address]]);
    for (const address of addresses) {
      const name = this.#names.get(address);
      const isOwn = name === own.name;
      if (name === undefined || (isOwn ? own.isSettled : found.has(name))) continue;
      found.set(name, address);
    }
    return found;
  }

  #renew(found: ReadonlyMap<string, string>): void {
    const changes = changesOf(this.#known, found);
    this.#known = found;
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
  }
}

function changesOf(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): Change[] {
  const changes: Change[] = [];
  for (const [name, address] of before) if (!now.has(name)) changes.push({ name, address, type: "PEER_DELETED" });
  for (const [name, address] of now) {
    const was = before.get(name);
    if (was === address) continue;
    changes.push({ name, address, type: was === undefined ? "PEER_ADDED" : "PEER_UPDATED" });
  }
  return changes;
}
