import type { TestContext } from "node:test";
import { StartError } from "../../start/errors.ts";
import type { Context } from "../guests/context.ts";
import { fetchKernel, type KernelFiles } from "../guests/kernel-files.ts";
import type { StockKernel } from "../guests/kernels.ts";
import { MUST_RUN } from "../guests/requirement.ts";

/** The kernel; undefined, and the test skipped, where its packages cannot be had. */
export async function obtain(context: Context, pinned: StockKernel, t: TestContext): Promise<KernelFiles | undefined> {
  try {
    return await fetchKernel(context, pinned);
  } catch (error) {
    if (MUST_RUN || !(error instanceof StartError)) throw error;
    t.skip(error.message);
    return undefined;
  }
}
