import type { StartError } from "../errors.ts";
import { printable } from "../lib/printable.ts";

/** A named error as three indented lines: what, why, how to fix it. Several remedies or reasons keep their own lines. */
export function renderError(error: StartError): string {
  const { what, why, fix } = error.explanation;
  return `\n${error.code}: ${printable(what)}\n  why: ${indent(why)}\n  fix: ${indent(fix)}\n`;
}

/** The same for what keeps nobody from going on. */
export function renderWarning({ explanation: { what, why, fix } }: StartError): string {
  return `Warning: ${printable(what)}\n  why: ${indent(why)}\n  fix: ${indent(fix)}\n\n`;
}

/** The last lines of a log, under what they are of; nothing where there are none. */
export function renderTail(lines: readonly string[], origin: string): string {
  if (lines.length === 0) return "";
  return `\nLast lines of ${origin}:\n${lines.map((line) => `  ${printable(line)}\n`).join("")}`;
}

function indent(text: string): string {
  return printable(text).split("\n").join("\n       ");
}
