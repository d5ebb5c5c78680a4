import type { StartError } from "../errors.ts";
import type { Check } from "./types.ts";

/**
 * The settings file among the prerequisites, where its faults must not keep the others from being checked.
 * @param fault what is wrong with it, which a start would end with.
 */
export function settingsCheck(file: string, fault: StartError | undefined): Check {
  return {
    title: "Settings",
    run: async () => {
      if (fault === undefined) return { status: "ok", detail: file };
      const { what, why, fix } = fault.explanation;
      const meanwhile = "the checks below assume the default of each setting that cannot be used";
      return { status: "failed", code: fault.code, detail: what, why, fix: `${fix}\n${meanwhile}` };
    },
  };
}
