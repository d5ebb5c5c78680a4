import { writeFile } from "node:fs/promises";
import path from "node:path";

/** Writes a kubeconfig into a folder, in which CA and token are files beside it, as a pod has them. Returns its path. */
export async function writeKubeconfig(
  folder: string,
  { server, ca, token = "good" }: { server: string; ca: string; token?: string },
): Promise<string> {
  const file = path.join(folder, "kubeconfig");
  await writeFile(path.join(folder, "ca.crt"), ca);
  await writeFile(path.join(folder, "token"), token);
  const user = { "auth-provider": { name: "tokenFile", config: { tokenFile: path.join(folder, "token") } } };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "here",
    clusters: [{ name: "c", cluster: { server, "certificate-authority": "ca.crt" } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}
