/** Where events of Hubble's come from. */
export type HubbleOrigin =
  | { kind: "observer"; name: string; address: string }
  | { kind: "file"; name: string; path: string };

/** How an observer is reached; files are read anew with each connection, so that new certificates are taken up. */
export interface HubbleTls {
  /** Undefined: those that Node trusts. */
  caFile: string | undefined;
  /** With the key, for an observer that wants to know who asks. */
  certFile: string | undefined;
  keyFile: string | undefined;
  /** Whose certificate it must have; undefined: the address's. */
  serverName: string | undefined;
}

export interface HubbleSettings {
  origins: readonly HubbleOrigin[];
  /** Undefined: without TLS. */
  tls: HubbleTls | undefined;
}

const ADDRESS = /^(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i;

/** One of FLOW_SOURCES; undefined: it is none of Hubble's. */
export function hubbleOrigin(name: string): HubbleOrigin | undefined {
  const [, kind, rest = ""] = /^(hubble|hubble-file):(.+)$/.exec(name) ?? [];
  if (kind === "hubble-file" && rest.startsWith("/")) return { kind: "file", name, path: rest };
  const port = Number(ADDRESS.exec(rest)?.[2]);
  if (kind === "hubble" && port >= 1 && port <= 65_535) return { kind: "observer", name, address: rest };
  return undefined;
}

/** Where an origin is read if the machine's files are below `root`; it is called as before. */
export function originBelow(root: string, origin: HubbleOrigin): HubbleOrigin {
  return origin.kind === "file" ? { ...origin, path: `${root}${origin.path}` } : origin;
}
