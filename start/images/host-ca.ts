import type { Host } from "../lib/host.ts";

const BUNDLES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem"];

/** Name of the bundle in every build context. It is kept out of the content hash: it changes nothing that is built. */
export const HOST_CA = "host-ca.crt";

/** The certificates this host trusts, so that builds get through where HTTPS is intercepted; empty if it has none. */
export async function hostCa(host: Host): Promise<string> {
  for (const bundle of BUNDLES) {
    const text = await host.readText(bundle);
    if (text !== undefined) return text;
  }
  return "";
}
