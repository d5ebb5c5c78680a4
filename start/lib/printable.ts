import { stripVTControlCharacters } from "node:util";

/**
 * A text from elsewhere, such as a container's log or an image's name, as it may be written to a terminal: without colours
 * and other sequences, and with the control characters that remain written out. A terminal would obey them: move the cursor
 * over what was printed before, or change its own title.
 */
export function printable(text: string): string {
  return writtenOut(stripVTControlCharacters(text).replace(/\r+(?=\n|$)/g, ""));
}

/** Control characters but for tab and line feed, and those that turn round the order of what follows. */
const UNSAFE = /(?![\t\n])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The same with sequences shown too, as \x1b[1m: for what a user has written and can mend only where it is seen. */
export function writtenOut(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** A value as JSON for a terminal or a script: JSON itself escapes the first 32 control characters only. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(UNSAFE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** As much of a text as tells which one is meant. */
const MAX_QUOTED = 120;

/** What a user has written, quoted in a message: written out, and not without end. */
export function quoted(text: string): string {
  return text.length <= MAX_QUOTED ? writtenOut(text) : `${writtenOut(text.slice(0, MAX_QUOTED))}…`;
}
