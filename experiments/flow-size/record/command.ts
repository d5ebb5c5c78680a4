import path from "node:path";
import { defineCommand } from "../../../start/commands/command.ts";
import { UsageError } from "../../../start/errors.ts";
import { createDocker } from "../../../start/lib/docker.ts";
import { withCluster } from "./cluster.ts";
import { provideImage } from "./image.ts";
import { JOBS, type Job } from "./jobs.ts";
import { recordJob } from "./run.ts";

const DEFAULT_RUNS = 60;
const MAX_RUNS = 10_000;
const DEFAULT_OUT = "experiments/flow-size/recorded";

/** Real jobs in containers, recorded run by run. */
export const record = defineCommand({
  usage: "npm run experiment -- record",
  about: "Run the jobs of the flow-size experiment in containers and record each run",
  options: {
    jobs: { type: "string", value: "A,B", about: `which: ${JOBS.map(({ name }) => name).join(", ")} (default: all)` },
    runs: { type: "string", value: "N", about: `how many runs of each there shall be (default ${DEFAULT_RUNS})` },
    out: {
      type: "string",
      value: "DIR",
      about: `where to put them (default ${DEFAULT_OUT}); it goes on with what is there`,
    },
  },
  run: async ({ host, projectRoot, options, signal, stdout }) => {
    const jobs = jobsNamed(options.jobs);
    const runs = runsWanted(options.runs);
    const out = path.resolve(host.env.INIT_CWD ?? "", options.out ?? path.join(projectRoot, DEFAULT_OUT));
    const report = (line: string) => void stdout.write(`${line}\n`);
    const docker = createDocker(host);
    const image = await provideImage({ docker, host, projectRoot, signal, report });
    const profiles = [...new Set(jobs.map(({ profile }) => profile))];
    await withCluster({ host, image, profiles }, signal, async () => {
      const surroundings = { host, docker, projectRoot };
      for (const job of jobs) await recordJob({ job, runs, out, surroundings, signal, report });
    });
    return 0;
  },
});

function jobsNamed(words: string | undefined): readonly Job[] {
  if (words === undefined) return JOBS;
  return words.split(",").map((word) => {
    const job = JOBS.find(({ name }) => name === word);
    if (job) return job;
    throw new UsageError(`There is no job "${word}". The jobs are ${JOBS.map(({ name }) => name).join(", ")}.`);
  });
}

function runsWanted(text = String(DEFAULT_RUNS)): number {
  const runs = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (runs >= 1 && runs <= MAX_RUNS) return runs;
  throw new UsageError(`Option --runs takes a whole number from 1 to ${MAX_RUNS}, not "${text}".`);
}
