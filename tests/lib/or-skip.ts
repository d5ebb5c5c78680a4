/** CI has all that the tests need: there a test that is skipped would not be missed by anybody. */
export function mustRun(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.CI === "1" || env.CI === "true";
}

/**
 * For a test's option `skip`.
 * @param lack why it cannot run here; undefined: it can.
 * @throws Error where CI runs it
 */
export function orSkip(lack: string | undefined | false, env: NodeJS.ProcessEnv = process.env): string | false {
  if (lack === undefined || lack === false || lack === "") return false;
  if (mustRun(env)) throw new Error(`CI must not skip this: it ${lack}`);
  return lack;
}
