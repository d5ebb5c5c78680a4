import type { Context as GuestContext } from "../guests/context.ts";

/** What everything here works with. */
export interface Context extends GuestContext {
  projectRoot: string;
}
