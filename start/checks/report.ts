import { styleText } from "node:util";
import { printable } from "../lib/printable.ts";
import type { CheckResult } from "./types.ts";

export interface ReportOptions {
  colour: boolean;
}

const SYMBOLS = {
  ok: ["✔", "green"],
  warning: ["⚠", "yellow"],
  missing: ["✘", "red"],
  failed: ["✘", "red"],
} as const;

/** The results for people: one line each, and under what is not well the reason and the remedy. */
export function renderReport(results: readonly CheckResult[], { colour }: ReportOptions): string {
  const width = Math.max(0, ...results.map(({ title }) => title.length));
  const lines = results.flatMap((result) => [
    `${symbol(result.status, colour)} ${result.title.padEnd(width)}  ${printable(result.detail)}`,
    ...advice(result).map((line) => `  ${" ".repeat(width)}  ${line}`),
  ]);
  return `${lines.join("\n")}\n`;
}

function symbol(status: CheckResult["status"], colour: boolean): string {
  const [sign, style] = SYMBOLS[status];
  return colour ? styleText(style, sign, { validateStream: false }) : sign;
}

function advice(result: CheckResult): string[] {
  if (result.status === "ok") return [];
  return [...labelled("why: ", result.why), ...labelled("fix: ", result.fix)];
}

/** A text of several lines stays under its label. */
function labelled(label: string, text: string): string[] {
  return printable(text)
    .split("\n")
    .map((line, index) => (index === 0 ? label : " ".repeat(label.length)) + line);
}
