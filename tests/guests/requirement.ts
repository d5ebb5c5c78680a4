import { reasonOf, StartError } from "../../start/errors.ts";
import { mustRun } from "../lib/or-skip.ts";
import type { Context } from "./context.ts";
import { guestsLack, provideGuests } from "./provide.ts";

/**
 * Where nobody looks on, a test that does not run would not be missed: there it fails instead, unless
 * KERNELS_TESTED_ELSEWHERE says that another job sees to it.
 */
export const MUST_RUN = mustRun() && !process.env.KERNELS_TESTED_ELSEWHERE;

/** Installs what guests need. @returns why they cannot run here nevertheless; undefined when they can. */
export async function whyNoGuests(context: Context): Promise<string | undefined> {
  const lack = await guestsLack(context);
  if (lack !== undefined) return lack;
  return provideGuests(context).then(
    () => undefined,
    (error) => {
      if (error instanceof StartError) return reasonOf(error);
      throw error;
    },
  );
}
