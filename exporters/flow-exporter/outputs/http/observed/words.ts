import { z } from "zod";
import { oneOf } from "../parameters.ts";

const MAX_ORIGIN = 1_024;
const ORIGIN = "must be kernel, or the name of another source";
/** Hubble's. */
const VERDICTS = ["FORWARDED", "DROPPED", "ERROR", "AUDIT", "REDIRECTED", "TRACED", "TRANSLATED"] as const;

/** Of whom is asked what they tell. */
export const seenByWords = {
  /** Only what this one has seen: `kernel`, or a source as FLOW_SOURCES names it. */
  origin: z.string(ORIGIN).min(1, ORIGIN).max(MAX_ORIGIN, ORIGIN).optional(),
  /** Only what others have seen with this verdict. */
  verdict: oneOf(VERDICTS).optional(),
};
