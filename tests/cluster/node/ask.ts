import type { Credentials } from "./certificates.ts";
import type { Processes } from "./processes.ts";

/** The text that an address in the node's network answers. Rejects unless it answers 200. */
export async function ask({ run }: Processes, url: string, credentials?: Credentials): Promise<string> {
  const trusted = credentials === undefined ? [] : ["--cacert", credentials.ca];
  const known = credentials === undefined ? [] : ["--header", `Authorization: Bearer ${credentials.tokens.admin}`];
  const answer = await run([
    "curl",
    "--silent",
    "--show-error",
    "--fail",
    "--max-time",
    "5",
    ...trusted,
    ...known,
    url,
  ]);
  if (!answer.ok) throw new Error(answer.stderr.trim() || answer.message);
  return answer.stdout;
}
