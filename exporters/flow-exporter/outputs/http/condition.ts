import type { Condition } from "../../model/container.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";

/**
 * How a container does. Its uptime is told in seconds, not left to the reader's clock, which can be set otherwise than this
 * machine's; and of a recording it is the uptime of then.
 */
export function conditionJson(condition: Condition | undefined, nowMs: number): answers.Condition {
  const { state = "", health = "", restarts = 0, startedAt = "" } = condition ?? {};
  const isUp = startedAt !== "" && state !== "restarting";
  const uptime = isUp ? Math.max(0, Math.floor((nowMs - Date.parse(startedAt)) / 1000)) : null;
  return { state, health, restarts, uptime_seconds: uptime };
}

/** Milliseconds since 1970, as of the cycle that is shown. */
export function nowOf(view: View): number {
  return view.bootMs() + view.sinceBootMs();
}
