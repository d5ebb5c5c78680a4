import { checkDataset } from "../dataset/check.ts";
import { recordRun } from "../dataset/record-run.ts";
import { folderOf, type RecordOptions, recordWords } from "../dataset/words.ts";
import { UsageError } from "../errors.ts";
import { createDocker } from "../lib/docker.ts";
import { quoted } from "../lib/printable.ts";
import { DatasetProgress, renderLeaks, renderRun } from "../render/dataset.ts";
import { defineCommand, type Io } from "./command.ts";

const USAGE = "npm run dataset";

/** Flows with what their hosts had done before them, as files of rows. */
export const dataset = defineCommand({
  usage: USAGE,
  about: "Record what flow sizes could have been known from",
  operand: {
    name: "ACTION",
    about: "record: one run of a job; check: whether rows have their own flow's size in them",
  },
  options: {
    job: { type: "string", value: "NAME", about: "what is recorded: the name of a folder" },
    out: { type: "string", value: "DIR", about: "folder of the data set" },
    duration: { type: "string", value: "TIME", about: "how long, 1s to 1h (default 10m); Ctrl-C ends it early" },
    containers: { type: "string", value: "A,B", about: "which to record (default: all but Flowtally's own)" },
    flow: { type: "string", value: "KIND", about: "tuple: all of a connection (default), or burst" },
    gap: { type: "string", value: "TIME", about: "what ends a burst, 1ms to 60s (default 50ms)" },
    columns: { type: "string", value: "SET", about: "k-means (default), or all" },
    format: { type: "string", value: "FORMAT", about: "csv (default), or parquet" },
    split: { type: "string", value: "SPLIT", about: "training, validation or test (default: by the run's number)" },
    data: { type: "string", value: "DIR", about: "of check, which takes no other: folder of the data set" },
  },
  run: async ({ options: { data, ...recording }, operand, ...io }) => {
    if (operand === "check") return await check(data, recording, io);
    if (operand !== "record") throw new UsageError(unknownAction(operand));
    if (data !== undefined) throw new UsageError(`Option --data is one of ${USAGE} -- check.`);
    return await record(recording, io);
  },
});

type Call = Pick<Io, "host" | "projectRoot" | "stdout"> & { signal: AbortSignal };

async function record(options: RecordOptions, { host, projectRoot, signal, stdout }: Call): Promise<number> {
  const words = recordWords(`${USAGE} -- record`, options, host);
  const progress = new DatasetProgress(stdout, words.durationMs);
  try {
    const run = await recordRun(
      { host, docker: createDocker(host), projectRoot, onStep: (line) => progress.step(line) },
      {
        ...words,
        signal,
        onRecording: (containers) => progress.recording(containers),
        onProgress: (now) => progress.progress(now),
      },
    );
    progress.end();
    stdout.write(renderRun(run));
    return run.sidecar.complete ? 0 : 1;
  } finally {
    progress.end();
  }
}

/** Exit code 1 where a row has its own flow's size in it. */
async function check(data: string | undefined, recording: RecordOptions, { host, stdout }: Call): Promise<number> {
  const needless = Object.entries(recording).find(([, value]) => value !== undefined);
  if (needless !== undefined) throw new UsageError(`Option --${needless[0]} is one of ${USAGE} -- record.`);
  const reports = await checkDataset(folderOf(`${USAGE} -- check`, "data", data, host.env));
  stdout.write(renderLeaks(reports));
  return reports.some(({ report }) => report.verdict === "leaks") ? 1 : 0;
}

function unknownAction(word: string | undefined): string {
  const usage = `${USAGE} -- record --job NAME --out DIR, or ${USAGE} -- check --data DIR`;
  return word === undefined ? `${USAGE} needs an action: ${usage}` : `Unknown action "${quoted(word)}": ${usage}`;
}
