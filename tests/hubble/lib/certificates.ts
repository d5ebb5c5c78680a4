import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";

/** The end of the names by which Cilium's relay asks nodes, whatever they are called; the name of who tells it of nodes. */
const DOMAIN = "default.hubble-grpc.cilium.io";
/** A name that stands in the server's certificate. */
export const SERVER_NAME = `hubble-peer.${DOMAIN}`;

/** Paths of certificates and keys. */
export interface Certificates extends AsyncDisposable {
  authority: string;
  server: Pair;
  /** Signed by the same authority as the server's. */
  client: Pair;
  /** Signed by another one. */
  stranger: Pair;
  otherAuthority: string;
}

interface Pair {
  cert: string;
  key: string;
}

export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-tls-"));
  // For the exporter, which is a user of its own.
  await chmod(folder, 0o755);
  const at = (name: string): Pair => ({
    cert: path.join(folder, `${name}.crt`),
    key: path.join(folder, `${name}.key`),
  });
  const [authority, other] = [at("authority"), at("other")];
  for (const { cert, key } of [authority, other]) {
    await ssl(
      folder,
      "req",
      "-x509",
      ...NEW_KEY,
      "-keyout",
      key,
      "-out",
      cert,
      "-days",
      "2",
      "-subj",
      "/CN=flowtally test",
    );
  }
  const certify = async (name: string, by: Pair, names: string) => {
    const own = at(name);
    const request = path.join(folder, `${name}.csr`);
    const asked = ["-keyout", own.key, "-out", request, "-subj", `/CN=${name}`, "-addext", `subjectAltName=${names}`];
    await ssl(folder, "req", ...NEW_KEY, ...asked);
    const signer = ["-CA", by.cert, "-CAkey", by.key, "-CAcreateserial", "-days", "2", "-copy_extensions", "copy"];
    await ssl(folder, "x509", "-req", "-in", request, "-out", own.cert, ...signer);
    await chmod(own.key, 0o644);
    return own;
  };
  return {
    authority: authority.cert,
    server: await certify("server", authority, `DNS:*.${DOMAIN}`),
    client: await certify("client", authority, `DNS:client.test`),
    stranger: await certify("stranger", other, `DNS:client.test`),
    otherAuthority: other.cert,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

async function ssl(cwd: string, ...args: readonly string[]): Promise<void> {
  await execa("openssl", args, { cwd });
}
