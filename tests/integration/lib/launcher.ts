import path from "node:path";
import { execa } from "execa";

export const ROOT = path.resolve(import.meta.dirname, "../../..");

/** Runs the launcher as a user would, piped. Never throws: the caller looks at the exit code and the text. */
export async function launcher(...args: string[]) {
  const result = await execa(process.execPath, ["start.ts", ...args], {
    cwd: ROOT,
    reject: false,
    all: true,
    stdin: "ignore",
  });
  return { exitCode: result.exitCode, text: result.all, stdout: result.stdout };
}

/** The launcher still running, for tests that interrupt it. */
export function launching(...args: string[]) {
  return execa(process.execPath, ["start.ts", ...args], { cwd: ROOT, reject: false, all: true, stdin: "ignore" });
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
