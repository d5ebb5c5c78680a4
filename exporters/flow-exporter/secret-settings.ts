import { readFileSync } from "node:fs";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment, with FLOW_STORE out of the file that FLOW_STORE_FILE names: its address has a password, and whoever may ask
 * Docker may read a container's environment. A file that is not there stands for no store.
 * @throws Error which file cannot be read, and why
 */
export function withSecretSettings(env: Environment): Environment {
  const { FLOW_STORE_FILE: file = "" } = env;
  if (file === "" || (env.FLOW_STORE ?? "") !== "") return env;
  try {
    return { ...env, FLOW_STORE: readFileSync(file, "utf8").trim() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return env;
    throw new Error(`FLOW_STORE_FILE: ${(error as Error).message}`, { cause: error });
  }
}
