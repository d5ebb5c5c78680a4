import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StateFile } from "../../../../exporters/flow-exporter/checkpoint/state-file.ts";
import type { DockerReader } from "../../../../exporters/flow-exporter/metadata/docker/reader.ts";
import { createPipeline, type PipelineInputs } from "../../../../exporters/flow-exporter/pipeline.ts";
import { Recordings } from "../../../../exporters/flow-exporter/recording/recordings.ts";
import { Tap } from "../../../../exporters/flow-exporter/recording/tap.ts";
import { Kernel } from "../lib/kernel.ts";
import { silent } from "../lib/log.ts";

const LIMITS = { maxEdges: 100, maxPorts: 64 };
const LATER_MS = 60_000;

export const NO_DOCKER: DockerReader = { list: async () => [], overlays: async () => [], watch: async () => {} };

/** What counts it all. */
export function counting(inputs: PipelineInputs) {
  const pipeline = createPipeline(inputs, { limits: LIMITS, udp: false, ownPid: 1, onClockStep: () => {} }, silent);
  const { totals, watch } = pipeline;
  return {
    ...pipeline,
    edges: () =>
      [...totals].map(({ edge, sentBytes, receivedBytes, opened, closed, connections }) => ({
        edge: edge.key,
        sentBytes,
        receivedBytes,
        opened,
        closed,
        connections,
      })),
    losses: () => Object.entries(watch.lostFlows.state.total).filter(([, lost]) => lost > 0),
  };
}

/** An exporter over a kernel, whose recordings go into `folder`; its checkpoint is in memory. */
export function recorded(folder: string, docker = NO_DOCKER) {
  const kernel = new Kernel();
  const files: Record<string, string> = {};
  const tap = new Tap({ tracer: kernel, docker, host: kernel.host(files) });
  const state = memoryFile();
  let nowMs = 0;
  const seen = counting({ ...tap.readers, state });
  const save = async () => void (await seen.checkpoint.saveNow(nowMs));
  const askAnew = () => seen.askAnew();
  const parts = { folder, tap, ownPid: 1, limits: LIMITS, save, readTotals: state.read, askAnew, log: silent };
  const recordings = new Recordings(parts);
  return {
    kernel,
    files,
    seen,
    recordings,
    state,
    /** One reading, as `cycles.ts` has them. */
    cycle: async () => {
      seen.collector.collect();
      recordings.endCycle();
      await seen.checkpoint.keep(nowMs);
      kernel.pass(1);
      nowMs += 1_000;
    },
    /** Makes the next cycle one that the checkpoint is due after. */
    passUntilCheckpoint: () => {
      nowMs += LATER_MS;
    },
  };
}

/** What a write has left in it. */
function memoryFile(): StateFile {
  let text: string | undefined;
  return {
    read: () => text,
    write: async (pieces) => {
      text = [...pieces].join("");
    },
    setAside: () => "aside",
  };
}

export async function scratch(t: { after(step: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-recording-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
