import type { Panel } from "./model.ts";

/** Of the height of what is drawn: so much is left free above it. */
const HEADROOM = 0.06;
/** The same where a limit out of sight is named there, so that its name is not written over a line. */
const ROOM_FOR_A_NAME = 0.2;

/** From where to where a chart's scale goes, for what it draws from `least` to `most`; null where there is nothing. */
export function valueRange(
  { min, max, limits }: Pick<Panel, "min" | "max" | "limits">,
  least: number | null,
  most: number | null,
): [number, number] {
  const low = min ?? Math.min(0, least ?? 0);
  const room = limits.size > 0 ? ROOM_FOR_A_NAME : HEADROOM;
  const high = max ?? (most === null || most <= low ? low + 1 : most + (most - low) * room);
  return [low, high];
}
