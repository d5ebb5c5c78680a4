import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";
import { addressBits } from "../../../../exporters/flow-exporter/model/address.ts";

/** Who signs certificates, and what is signed with it. */
export interface Authority {
  name: string;
  key: KeyObject;
  /** PEM. */
  certificate: string;
}

/** PEM, as a TLS server takes them. */
export interface ServerCertificate {
  key: string;
  cert: string;
}

const YEAR_MS = 365 * 24 * 3_600_000;
const NOW = [Date.now() - YEAR_MS, Date.now() + YEAR_MS] as const;
export const LONG_AGO = [Date.now() - 2 * YEAR_MS, Date.now() - YEAR_MS] as const;

const ECDSA_WITH_SHA256 = sequence(der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
const COMMON_NAME = der(0x06, Buffer.from("550403", "hex"));
const BASIC_CONSTRAINTS = der(0x06, Buffer.from("551d13", "hex"));
const SUBJECT_ALTERNATIVE_NAMES = der(0x06, Buffer.from("551d11", "hex"));
const TRUE = der(0x01, Buffer.from([0xff]));

/** A certificate authority of its own. */
export function createAuthority(name: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const isAuthority = sequence(BASIC_CONSTRAINTS, TRUE, der(0x04, sequence(TRUE)));
  const signer = { name, key: privateKey, certificate: "" };
  return { ...signer, certificate: certify(name, publicKey, isAuthority, signer, NOW) };
}

/** A certificate for a server at an address. */
export function createServerCertificate(
  address: string,
  signer: Authority,
  validity: readonly [number, number] = NOW,
): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const bytes = isIPv6(address)
    ? Buffer.from(addressBits(address).toString(16).padStart(32, "0"), "hex")
    : Buffer.from(address.split(".").map(Number));
  const names = sequence(SUBJECT_ALTERNATIVE_NAMES, der(0x04, sequence(der(0x87, bytes))));
  const cert = certify("kubelet", publicKey, names, signer, validity);
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), cert };
}

/** An X.509 certificate with one extension: node:crypto reads them, but makes none. */
function certify(
  subject: string,
  key: KeyObject,
  extension: Buffer,
  signer: Authority,
  [from, until]: readonly [number, number],
): string {
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    nameOf(signer.name),
    sequence(timeOf(from), timeOf(until)),
    nameOf(subject),
    key.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  );
  const signature = createSign("sha256").update(toBeSigned).sign(signer.key);
  const whole = sequence(toBeSigned, ECDSA_WITH_SHA256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

function nameOf(text: string): Buffer {
  return sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(text)))));
}

function timeOf(milliseconds: number): Buffer {
  return der(0x18, Buffer.from(new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "")));
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
