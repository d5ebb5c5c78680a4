import { quoted } from "../lib/printable.ts";

export interface Entry {
  key: string;
  value: string;
  /** 1-based. */
  line: number;
}

export interface Fault {
  line: number;
  message: string;
}

export interface Parsed {
  entries: Entry[];
  faults: Fault[];
}

const ASSIGNMENT = /^\s*(?:export\s+)?([^\s=]+)\s*=(.*)$/;

/** Reads KEY=VALUE lines; `#` lines and blank ones are passed over, a value may stand in quotes. */
export function parseKeyValues(text: string): Parsed {
  const parsed: Parsed = { entries: [], faults: [] };
  const firstLines = new Map<string, number>();
  for (const [index, content] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    if (/^\s*(#|$)/.test(content)) continue;
    const entry = parseAssignment(content, line);
    if ("message" in entry) parsed.faults.push(entry);
    else if (firstLines.has(entry.key)) parsed.faults.push(duplicate(entry, firstLines.get(entry.key)));
    else {
      firstLines.set(entry.key, line);
      parsed.entries.push(entry);
    }
  }
  return parsed;
}

function parseAssignment(content: string, line: number): Entry | Fault {
  const [, key, rest] = ASSIGNMENT.exec(content) ?? [];
  if (key === undefined || rest === undefined) {
    return {
      line,
      message: `"${beginningOf(content.trim())}" is not a setting; write KEY=VALUE, or # before a comment`,
    };
  }
  // Behind the `=` at once it may begin a password as well as a comment, of which nobody would notice that it is not used.
  if (rest.startsWith("#")) return { line, message: `${quoted(key)}: put a value with # at its beginning in quotes` };
  const value = unquote(rest.trim());
  if (value === undefined) return { line, message: `${quoted(key)}: missing closing quote` };
  return { key, value, line };
}

/** The first word, and what an editor does not show: what comes behind may be a secret, as in `ALERT_WEBHOOK_URL https://…`. */
function beginningOf(content: string): string {
  const [word = ""] = /^(export\s+)?[\w.\p{C}-]*/u.exec(content) ?? [];
  return `${quoted(word)}${word === content ? "" : "…"}`;
}

/** The value without its quotes and without a comment behind it; undefined when a quote stays open. */
function unquote(text: string): string | undefined {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return text.replace(/(^|\s)#.*$/, "").trimEnd();
  const end = text.indexOf(quote, 1);
  if (end === -1 || !/^\s*(#.*)?$/.test(text.slice(end + 1))) return undefined;
  return text.slice(1, end);
}

function duplicate({ key, line }: Entry, first: number | undefined): Fault {
  return { line, message: `${quoted(key)} is already set in line ${first}; keep only one` };
}
