import type { Section } from "./bench.ts";
import { renderTable } from "./lib/table.ts";

/** Where, when and how the figures came about. */
export interface Circumstances {
  command: string;
  machine: string;
  /** ISO, to the minute. */
  date: string;
  minutes: number;
  /** What was going on on the machine before the start. */
  before: readonly string[];
}

/** The benchmark as a Markdown page. */
export function renderDocument(sections: readonly Section[], circumstances: Circumstances): string {
  return [
    "# Benchmark",
    "Written by the command below; do not edit. Ratios and medians come with their smallest and largest value.",
    renderCircumstances(circumstances),
    ...sections.map(renderSection),
  ]
    .join("\n\n")
    .concat("\n");
}

/** One part: how it was measured, then its tables. */
export function renderSection({ title, method, tables }: Section): string {
  const rendered = tables.map((table) => `### ${table.title}\n\n${renderTable(table)}`);
  return [`## ${title}`, ...method, ...rendered].join("\n\n");
}

/**
 * A page with one section in place of the one of its title, or after all others where there is none yet.
 * @param note says when and how this section alone was renewed
 */
export function renewSection(page: string, section: Section, note: string): string {
  const renewed = renderSection({ ...section, method: [note, ...section.method] });
  const sections = page.trimEnd().split(/\n\n(?=## )/);
  const index = sections.findIndex((text) => text.startsWith(`## ${section.title}\n`));
  const all = index < 0 ? [...sections, renewed] : sections.with(index, renewed);
  return `${all.join("\n\n")}\n`;
}

function renderCircumstances({ command, machine, date, minutes, before }: Circumstances): string {
  return [
    `- Command: \`${command}\` (${minutes.toFixed(0)} min)`,
    `- Machine: ${machine}`,
    `- Date: ${date}`,
    `- Before the start: ${before.join("; ")}`,
  ].join("\n");
}
