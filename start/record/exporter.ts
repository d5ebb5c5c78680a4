import type Docker from "dockerode";
import { z } from "zod";
import { StartError } from "../errors.ts";
import { isMissing, noDocker } from "../lib/docker.ts";
import type { Host } from "../lib/host.ts";

/** As in the exporter's `main.ts`: what begins a recording; what ends it, and then removes it. */
const BEGIN = "SIGUSR2";
const END = "SIGHUP";
/** In the exporter's container. */
const RECORDING = "/state/recording";
const ANSWER_MS = 5_000;

const count = z.int().min(0);
const recorder = z.object({
  state: z.enum(["idle", "recording", "ending", "kept", "failed"]),
  cycles: count,
  lost_cycles: count,
  bytes: count,
  ending: z.enum(["asked", "full", "failed"]).nullable(),
  reason: z.string(),
});
const answer = z.object({ recorder: recorder.nullish() });

/** How it is with the recording that the exporter makes, in the words of its `/healthz`. */
export type RecorderStatus = z.infer<typeof recorder>;

/** The running exporter, as far as recording goes. */
export interface RecordingExporter {
  /** @throws StartError STACK_NOT_RUNNING, RECORDER_UNKNOWN; rejects with the reason where it does not answer now. */
  status(): Promise<RecorderStatus>;
  begin(): Promise<void>;
  /** Ends the recording that is being made; removes one that has ended. */
  end(): Promise<void>;
  /** Copies one that has ended. @throws StartError NOT_COPIED */
  copyTo(folder: string): Promise<void>;
}

interface Where {
  docker: Docker;
  host: Host;
  /** The exporter's container. */
  container: string;
  /** Of its HTTP interface. */
  url: string;
}

export function createRecordingExporter({ docker, host, container, url }: Where): RecordingExporter {
  const exporter = docker.getContainer(container);
  return {
    status: async () => {
      await assertRunning(exporter, container);
      const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) });
      const { recorder } = answer.parse(await response.json());
      // The signal would end an exporter that does not know it.
      if (!recorder) throw cannotRecord(recorder === null);
      return recorder;
    },
    begin: async () => void (await exporter.kill({ signal: BEGIN })),
    end: async () => void (await exporter.kill({ signal: END })),
    copyTo: async (folder) => {
      const copied = await host.run("docker", ["cp", `${container}:${RECORDING}/.`, folder]);
      if (!copied.ok) throw notCopied(copied.stderr, folder);
    },
  };
}

async function assertRunning(exporter: Docker.Container, name: string): Promise<void> {
  const state = await exporter.inspect().then(
    ({ State }) => State.Status,
    (error: unknown) => {
      if (isMissing(error)) return "absent";
      throw noDocker(error);
    },
  );
  if (state === "running") return;
  throw new StartError("STACK_NOT_RUNNING", {
    what: "The exporter records what it reads, and does not run",
    why: `container ${name} is ${state}`,
    fix: "run `npm start`",
  });
}

function cannotRecord(keepsNoTotals: boolean): StartError {
  return new StartError("RECORDER_UNKNOWN", {
    what: "The running exporter cannot record",
    why: keepsNoTotals ? "it keeps no totals (FLOW_STATE), and has no place for one" : "it is older than this command",
    fix: "run `npm start`, which starts the exporter of this version",
  });
}

function notCopied(why: string, folder: string): StartError {
  return new StartError("NOT_COPIED", {
    what: `The recording could not be copied to ${folder}, and what is there is no whole one`,
    why,
    fix: "see whether there is room, and record again into another folder",
  });
}
