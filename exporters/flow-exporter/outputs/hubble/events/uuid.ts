import { hash } from "node:crypto";

/** The same for the same text, so that an event that is told twice is known as one. */
export function uuidOf(text: string): string {
  const hex = hash("md5", text, "hex");
  // Version 8: of our own making (RFC 9562).
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
