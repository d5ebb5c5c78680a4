import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Context } from "../context.ts";

/** Who may do what at the API server, by a token: fewer files than a certificate for each. */
const TOKENS = {
  admin: { user: "admin", groups: "system:masters" },
  kubelet: { user: "system:node:NODE", groups: "system:nodes" },
  controllers: { user: "system:kube-controller-manager", groups: "" },
  scheduler: { user: "system:kube-scheduler", groups: "" },
  proxy: { user: "system:kube-proxy", groups: "" },
} as const;
export type TokenName = keyof typeof TOKENS;

/** Paths of what the cluster's parts know each other by. */
export interface Credentials {
  /** Certificate of the cluster's authority. */
  ca: string;
  file(name: string): string;
  tokensFile: string;
  tokens: Readonly<Record<TokenName, string>>;
}

/** Makes an authority, a certificate for each server, the API server's own for the kubelet, and tokens. */
export async function makeCredentials(context: Context, folder: string, node: Node): Promise<Credentials> {
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
  await certify("apiserver", "/CN=kube-apiserver", `IP:${node.address},IP:${node.serviceAddress}`);
  await certify("kubelet", `/O=system:nodes/CN=system:node:${node.name}`, `IP:${node.address}`);
  await certify("kubelet-client", "/O=system:masters/CN=kube-apiserver", "DNS:kube-apiserver");
  await ssl("genrsa", "-out", "service-accounts.key", "2048");
  const tokens = await writeTokens(file("tokens.csv"), node);
  return { ca: file("ca.crt"), file, tokensFile: file("tokens.csv"), tokens };
}

export interface Node {
  name: string;
  address: string;
  /** Of the API server, as pods know it. */
  serviceAddress: string;
}

async function writeTokens(target: string, node: Node): Promise<Credentials["tokens"]> {
  const entries = Object.entries(TOKENS).map(([name, who]) => ({ name, who, token: randomBytes(16).toString("hex") }));
  const lines = entries.map(({ who, token }, index) => {
    const user = who.user.replace("NODE", node.name);
    return `${token},${user},${index},"${who.groups}"\n`;
  });
  await writeFile(target, lines.join(""), { mode: 0o600 });
  return Object.fromEntries(entries.map(({ name, token }) => [name, token])) as Credentials["tokens"];
}

/** Writes the file by which a program reaches the API server in one of the names. @returns its path */
export async function writeKubeconfig(credentials: Credentials, name: TokenName, server: string): Promise<string> {
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
