import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { defineCommand, type OptionTable } from "../../../start/commands/command.ts";
import { evaluate } from "./evaluate.ts";

const DATA = "experiments/flow-size/data";
/** Of the smoke size: nothing that anyone keeps. */
const SMOKE_OUT = ".flowtally/experiment-smoke";

const FOLDERS = {
  data: { type: "string", value: "DIR", about: `the recorded runs (default ${DATA})` },
  out: { type: "string", value: "DIR", about: "where to put results, page and pictures, instead of where they belong" },
} as const satisfies OptionTable;

/** From recorded runs to results, tables and pictures. */
export const run = defineCommand({
  usage: "npm run experiment",
  about: "Train the models of the flow-size experiment on recorded runs, and write docs/flow-size.md",
  options: FOLDERS,
  run: async ({ host, projectRoot, options, signal, stdout }) => {
    const named = folderNamed(host.env.INIT_CWD);
    const data = named(options.data) ?? path.join(projectRoot, DATA);
    const places = placesIn(named(options.out)) ?? {
      results: path.join(projectRoot, "experiments/flow-size/results.json"),
      page: path.join(projectRoot, "docs/flow-size.md"),
      pictures: path.join(projectRoot, "docs/pictures/flow-size"),
    };
    const report = (line: string) => void stdout.write(`${line}\n`);
    await evaluate({ host, projectRoot, report, signal }, { data, ...places, isSmoke: false });
    return 0;
  },
});

/** The same on two runs of each job, in seconds: whether all of it works, not what comes out. */
export const smoke = defineCommand({
  usage: "npm run experiment -- smoke",
  about: "The same with two runs of each job and few flows, to see whether it works",
  options: FOLDERS,
  run: async ({ host, projectRoot, options, signal, stdout }) => {
    const named = folderNamed(host.env.INIT_CWD);
    const data = named(options.data) ?? path.join(projectRoot, DATA);
    const out = named(options.out) ?? path.join(projectRoot, SMOKE_OUT);
    const places = placesIn(out);
    await rm(places.page, { force: true });
    const report = (line: string) => void stdout.write(`${line}\n`);
    await evaluate({ host, projectRoot, report, signal }, { data, ...places, isSmoke: true });
    stdout.write(await readFile(places.page, "utf8"));
    return 0;
  },
});

/** Paths as the user typed them, from where npm was called. */
function folderNamed(from = ""): (word: string | undefined) => string | undefined {
  return (word) => (word === undefined ? undefined : path.resolve(from, word));
}

function placesIn(out: string): { results: string; page: string; pictures: string };
function placesIn(out: string | undefined): { results: string; page: string; pictures: string } | undefined;
function placesIn(out: string | undefined) {
  if (out === undefined) return undefined;
  return {
    results: path.join(out, "results.json"),
    page: path.join(out, "flow-size.md"),
    pictures: path.join(out, "pictures"),
  };
}
