import { isIP } from "node:net";
import { z } from "zod";

const AT = /^(?:\[([\da-f:.]+)\]|([\d.]+)):(\d{1,5})$/i;
const HOST = String.raw`(\[[\da-f:.]+\]|[\w.-]+)`;

/** Where an address and a port are, and the address without its brackets; undefined: it is none. */
export function listenAt(text: string): { host: string; port: number } | undefined {
  const [, bracketed, plain = "", digits] = AT.exec(text) ?? [];
  const [host, port] = [bracketed ?? plain, Number(digits)];
  return isIP(host) > 0 && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

const listen = z
  .string()
  .refine(
    (text) => text === "off" || listenAt(text) !== undefined,
    "must be off, or an address and a port such as 127.0.0.1:4245 or [::1]:4245",
  )
  .default("127.0.0.1:4245");

const peers = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter(Boolean))
  .refine(
    (names) => names.length <= 64 && names.every((name) => new RegExp(`^${HOST}(:\\d{1,5})?$`, "i").test(name)),
    "must be up to 64 hosts such as 10.0.0.2 or node-b:4245, separated by commas",
  )
  .transform((names) => names.join(","))
  .default("");

const advertise = z
  .string()
  .refine(
    (text) => text === "" || new RegExp(`^${HOST}:\\d{1,5}$`, "i").test(text),
    "must be empty, or an address or a name and a port such as 10.0.0.1:4245",
  )
  .default("");

const file = z
  .string()
  .regex(
    /^(\/[^\s"'$#\\:]+)?$/,
    'must be empty or the path of a file from / on, without blanks, quotes, $, #, \\ or ":"',
  )
  .default("");

/** Settings of what is served to Hubble's clients. */
export const hubbleSettings = {
  HUBBLE_LISTEN: listen,
  HUBBLE_TLS_CERT_FILE: file,
  HUBBLE_TLS_KEY_FILE: file,
  HUBBLE_TLS_CLIENT_CA_FILE: file,
  HUBBLE_TLS_SERVER_NAME: z
    .string()
    .regex(/^[\w.-]{0,253}$/, "must be empty or a name")
    .default(""),
  HUBBLE_PEERS: peers,
  HUBBLE_ADVERTISE: advertise,
};
