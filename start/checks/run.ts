import { reasonOf } from "../errors.ts";
import { createDockerClient } from "./docker-client.ts";
import type { Check, CheckContext, CheckResult, Finding } from "./types.ts";

/** Without a `docker` of the caller's, the engine's socket is asked. */
export type ContextInput = Omit<CheckContext, "docker"> & Partial<Pick<CheckContext, "docker">>;

/** Runs all checks side by side; results come in the order of the checks. */
export async function runChecks(checks: readonly Check[], input: ContextInput): Promise<CheckResult[]> {
  const context = { ...input, docker: input.docker ?? createDockerClient(input.host) };
  return Promise.all(checks.map((check) => runCheck(check, context)));
}

async function runCheck(check: Check, context: CheckContext): Promise<CheckResult> {
  return { title: check.title, ...(await check.run(context).catch(broken)) };
}

/** A check that itself breaks is a failed one, so that the others are still heard. */
function broken(error: unknown): Finding {
  const fix = "report this with the output of `npm run doctor`";
  return { status: "failed", code: "CHECK_BROKEN", detail: "check failed to run", why: reasonOf(error), fix };
}
