import type { Command } from "../commands/command.ts";

const HELP_OPTION = ["--help", "show this text"] as const;

/** Every command in one line each, and how to learn more. */
export function renderOverview(commands: readonly Command[], fallback: Command | undefined): string {
  return [
    "Flowtally shows which container is behind each network flow, and what it costs.",
    "",
    ...columns(commands.map((command) => [callOf(command), command.about])),
    "",
    ...(fallback ? optionsOf(fallback, `Options of ${fallback.usage}, after "--":`) : []),
    "",
    "For the options of another command: npm run COMMAND -- --help",
    "",
  ].join("\n");
}

/** One command with all it takes. */
export function renderHelp(command: Command): string {
  const { about, operand, usage } = command;
  return [
    `${callOf(command)}${operand ? "" : " [-- OPTIONS]"}`,
    "",
    `${about}.`,
    "",
    ...(operand ? [...columns([[operand.name, operand.about]]), ""] : []),
    ...optionsOf(command, `Options, after "${usage} --":`),
    "",
  ].join("\n");
}

function callOf({ usage, operand }: Command): string {
  return operand ? `${usage} -- ${operand.name}` : usage;
}

function optionsOf({ options }: Command, title: string): string[] {
  const rows = Object.entries(options).map(([name, option]) => [
    `--${name}${option.type === "string" ? ` ${option.value}` : ""}`,
    option.about,
  ]);
  return [title, ...columns([...rows, HELP_OPTION])];
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  return rows.map(([left = "", right = ""]) => `  ${left.padEnd(width)}  ${right}`);
}
