import { access } from "node:fs/promises";
import path from "node:path";
import type Docker from "dockerode";
import { z } from "zod";
import { reasonOf, StartError } from "../errors.ts";
import { isMissing, noDocker } from "../lib/docker.ts";
import type { Host } from "../lib/host.ts";

/** As in the exporter's `main.ts`: what begins a recording; what ends it, and then removes it. */
const BEGIN = "SIGUSR2";
const END = "SIGHUP";
/** In the exporter's container. */
const RECORDING = "/state/recording";
/** Written last, and so in every recording that is whole. */
const HEAD = "recording.json";
const ANSWER_MS = 5_000;

const count = z.int().min(0);
const recorder = z.object({
  state: z.enum(["idle", "recording", "ending", "kept", "failed"]),
  started_at: z.iso.datetime().nullable(),
  cycles: count,
  lost_cycles: count,
  bytes: count,
  ending: z.enum(["asked", "full", "failed"]).nullable(),
  reason: z.string(),
});
const source = z.object({ up: z.boolean().nullable(), reason: z.string() });
const answer = z.object({
  recorder: recorder.nullable(),
  sources: z.record(z.string(), source).default({}),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
type Answer = z.infer<typeof answer>;

/** How it is with the recording that the exporter makes, in the words of its `/healthz`. */
export type RecorderStatus = z.infer<typeof recorder>;

/** The running exporter, as far as recording goes. */
export interface RecordingExporter {
  /** Its container. */
  readonly container: string;
  /** @throws StartError STACK_NOT_RUNNING, RECORDER_UNKNOWN; rejects with the reason where it does not answer now. */
  status(): Promise<RecorderStatus>;
  /** @throws StartError NO_ROWS where it reads none that could be recorded */
  assertReads(): Promise<void>;
  begin(): Promise<void>;
  /** Ends the recording that is being made; removes one that has ended. */
  end(): Promise<void>;
  /** Copies one that has ended, as a whole. @throws StartError NOT_COPIED */
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
  const ask = async () => {
    await assertRunning(exporter, container);
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const { data } = answer.safeParse(await response.json());
    // The signal would end an exporter that does not know it.
    if (!data?.recorder) throw cannotRecord(data !== undefined);
    return { ...data, recorder: data.recorder };
  };
  return {
    container,
    status: async () => (await ask()).recorder,
    assertReads: async () => {
      const { error, sources } = await ask();
      if (error?.code === "NO_ROWS") throw noRows(error.message, sources);
    },
    begin: async () => void (await exporter.kill({ signal: BEGIN })),
    end: async () => void (await exporter.kill({ signal: END })),
    copyTo: async (folder) => {
      const copied = await host.run("docker", ["cp", `${container}:${RECORDING}/.`, folder]);
      if (!copied.ok) throw notCopied(copied.stderr, folder);
      await access(path.join(folder, HEAD)).catch((error: unknown) => {
        throw notCopied(reasonOf(error), folder);
      });
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
    what: "The exporter, which does the recording, is not running",
    why: `container ${name} is ${state}`,
    fix: "run `npm start`",
  });
}

function cannotRecord(keepsNoTotals: boolean): StartError {
  return new StartError("RECORDER_UNKNOWN", {
    what: "The running exporter cannot record",
    why: keepsNoTotals
      ? "it keeps no totals (FLOW_STATE), so it has nowhere to put a recording"
      : "it is older than this command",
    fix: "run `npm start`, which brings up the current version",
  });
}

/** The tracer is one of the sources, beside others that may have gone with it. */
function noRows(reason: string, sources: Answer["sources"]): StartError {
  const down = Object.entries(sources).filter(([, { up }]) => up === false);
  const named = down.map(([name, source]) => `${name} (${source.reason})`).join(", ");
  return new StartError("NO_ROWS", {
    what: "The exporter is reading nothing that could be recorded",
    why: named || reason || "it has read nothing yet",
    fix: "check the tracer with `npm run status`, then try again",
  });
}

function notCopied(why: string, folder: string): StartError {
  return new StartError("NOT_COPIED", {
    what: `The recording could not be copied to ${folder}, and what is there is incomplete`,
    why,
    fix: "check the free space, then record again into another folder",
  });
}
