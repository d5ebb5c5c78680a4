import { z } from "zod";
import type { HubbleSettings } from "./hubble.ts";

const answer = z.object({
  sources: z.object({ hubble: z.object({ up: z.boolean().nullable(), reason: z.string() }) }),
});

/** How it is with what is served to Hubble's clients. */
export interface HubbleState {
  /** Address and port. */
  at: string;
  /** They must ask by TLS. */
  tls: boolean;
  /** Null before the first try. */
  up: boolean | null;
  /** Why it does not answer; empty: it does. */
  reason: string;
}

/** Out of the settings and flow-exporter's health; null where nothing is served, or that is not known. */
export function hubbleStateIn(
  { HUBBLE_LISTEN, HUBBLE_TLS_CERT_FILE }: Pick<HubbleSettings, "HUBBLE_LISTEN" | "HUBBLE_TLS_CERT_FILE">,
  health: unknown,
): HubbleState | null {
  const { data } = answer.safeParse(health);
  if (!data || HUBBLE_LISTEN === "off") return null;
  return { at: HUBBLE_LISTEN, tls: HUBBLE_TLS_CERT_FILE !== "", ...data.sources.hubble };
}
