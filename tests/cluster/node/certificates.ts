import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Context } from "../context.ts";
import { ADDRESSES, type ClusterNode } from "../surroundings.ts";

/** Who may do what at the API server, by a token: fewer files than a certificate for each. Kubelets have one of their node's name. */
const TOKENS = {
  admin: { user: "admin", groups: "system:masters" },
  controllers: { user: "system:kube-controller-manager", groups: "" },
  scheduler: { user: "system:kube-scheduler", groups: "" },
  proxy: { user: "system:kube-proxy", groups: "" },
} as const;
type Tokens = Readonly<Record<keyof typeof TOKENS, string> & Record<string, string>>;

/** Paths of what the cluster's parts know each other by. */
export interface Credentials {
  /** Certificate of the cluster's authority. */
  ca: string;
  file(name: string): string;
  tokensFile: string;
  tokens: Tokens;
}

/**
 * Makes an authority, a certificate for each server, the API server's own for the kubelets, and tokens.
 * @param nodes of which the first has the API server
 */
export async function makeCredentials(
  context: Context,
  folder: string,
  nodes: readonly ClusterNode[],
): Promise<Credentials> {
  await mkdir(folder, { recursive: true });
  const file = (name: string) => path.join(folder, name);
  const ssl = async (...args: string[]) => {
    const done = await context.host.run("openssl", args, { cwd: folder, signal: context.signal });
    if (!done.ok) throw new Error(done.message);
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const authority = ["-x509", "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=flowtally-test-ca"];
  await ssl("req", ...newKey, ...authority);
  const certify = async (name: string, subject: string, names: string) => {
    const request = [
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
      "-subj",
      subject,
      "-addext",
      `subjectAltName=${names}`,
    ];
    await ssl("req", ...newKey, ...request);
    const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-copy_extensions", "copy"];
    await ssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.crt`, ...signed);
  };
  await certify("apiserver", "/CN=kube-apiserver", `IP:${nodes[0]?.address},IP:${ADDRESSES.serviceAddress}`);
  for (const { name, address } of nodes) await certify(name, `/O=system:nodes/CN=system:node:${name}`, `IP:${address}`);
  await certify("kubelet-client", "/O=system:masters/CN=kube-apiserver", "DNS:kube-apiserver");
  await ssl("genrsa", "-out", "service-accounts.key", "2048");
  const tokens = await writeTokens(file("tokens.csv"), nodes);
  return { ca: file("ca.crt"), file, tokensFile: file("tokens.csv"), tokens };
}

async function writeTokens(target: string, nodes: readonly ClusterNode[]): Promise<Tokens> {
  const kubelets = nodes.map(({ name }) => [name, { user: `system:node:${name}`, groups: "system:nodes" }] as const);
  const entries = [...Object.entries(TOKENS), ...kubelets].map(([name, who]) => {
    return { name, who, token: randomBytes(16).toString("hex") };
  });
  const lines = entries.map(({ who, token }, index) => `${token},${who.user},${index},"${who.groups}"\n`);
  await writeFile(target, lines.join(""), { mode: 0o600 });
  return Object.fromEntries(entries.map(({ name, token }) => [name, token])) as Tokens;
}

/** Writes the file by which a program reaches the API server in one of the names. @returns its path */
export async function writeKubeconfig(credentials: Credentials, name: string, server: string): Promise<string> {
  const target = credentials.file(`${name}.kubeconfig`);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority": credentials.ca } }],
    users: [{ name, user: { token: credentials.tokens[name] } }],
    contexts: [{ name: "test", context: { cluster: "test", user: name } }],
    "current-context": "test",
  };
  await writeFile(target, JSON.stringify(config), { mode: 0o600 });
  return target;
}
