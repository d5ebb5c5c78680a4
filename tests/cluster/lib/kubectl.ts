import { execa } from "execa";
import { access } from "./access.ts";

/** Runs kubectl as the cluster's administrator. @returns what it printed; rejects where it failed. */
export async function kubectl(words: readonly string[], input = ""): Promise<string> {
  const { kubectl: program, kubeconfig } = access();
  const { stdout } = await execa(program, ["--kubeconfig", kubeconfig, ...words], { input, timeout: 120_000 });
  return stdout;
}

/** Creates objects, or changes them to what they are here. */
export async function apply(...objects: readonly object[]): Promise<void> {
  await kubectl(["apply", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
}
