import { oneOf } from "../parameters.ts";
import { OWN_ORIGIN } from "./seen-edges.ts";

/** Hubble's. */
const VERDICTS = ["FORWARDED", "DROPPED", "ERROR", "AUDIT", "REDIRECTED", "TRACED", "TRANSLATED"] as const;

/** Of whom is asked what they tell. @param others who may tell something, whether or not they have yet */
export function seenByWords(others: readonly string[]) {
  return {
    /** Only what this one has seen: `kernel`, or one of the others. */
    origin: oneOf([OWN_ORIGIN, ...others]).optional(),
    /** Only what others have seen with this verdict. */
    verdict: oneOf(VERDICTS).optional(),
  };
}
