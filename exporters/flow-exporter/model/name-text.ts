/** Control characters, which could forge the end of a name, and those that turn round what stands beside it. */
const NO_PART_OF_NAMES = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** What of a text that somebody else has made up may be in a name. */
export function nameText(text: string): string {
  return text.replace(NO_PART_OF_NAMES, "");
}
