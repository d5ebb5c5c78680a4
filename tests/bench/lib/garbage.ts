import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Frees what an earlier measurement left, which the next one would pay for. */
export const collectGarbage: () => void = runInNewContext("gc");
