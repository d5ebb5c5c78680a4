import path from "node:path";
import { execa } from "execa";

export const ROOT = path.resolve(import.meta.dirname, "../../..");

/** What a user of this machine may have set must not decide which stack is meant. */
const NO_NAMES = { FLOWTALLY_PROJECT: undefined, FLOWTALLY_CONTAINER_PREFIX: undefined };

/** The launcher, still running; piped, and as a user would run it. */
export function launching(...args: string[]) {
  const options = { cwd: ROOT, env: NO_NAMES, reject: false, all: true, stdin: "ignore" } as const;
  return execa(process.execPath, ["start.ts", ...args], options);
}

/** Runs the launcher to its end. Never throws: the caller looks at the exit code and the text. */
export async function launcher(...args: string[]) {
  const { exitCode, all, stdout } = await launching(...args);
  return { exitCode, text: all, stdout };
}

/** Resolves once the launcher has printed a text; rejects when it ends without. */
export function printed(start: ReturnType<typeof launching>, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = "";
    start.all.on("data", (chunk) => {
      seen += String(chunk);
      if (seen.includes(text)) resolve();
    });
    start.all.on("end", () => reject(new Error(`ended without "${text}": ${seen}`)));
  });
}
