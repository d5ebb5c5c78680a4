import { availableParallelism } from "node:os";
import type Docker from "dockerode";
import { StartError } from "../errors.ts";
import { createDocker, isMissing, noDocker } from "../lib/docker.ts";
import type { Host } from "../lib/host.ts";
import { availableMemory } from "../lib/memory.ts";
import { runSteps } from "../render/steps.ts";
import { renderDuration, renderPlan, renderRows } from "../render/stress.ts";
import { containerName } from "../settings/names.ts";
import { namedLayout } from "../stack/named-layout.ts";
import { findConfigured } from "../stack/running.ts";
import { prometheusOf } from "../steps/targets.ts";
import { boundsOf, loadSeconds } from "../stress/bounds.ts";
import { assertNoLoad, removeLoads } from "../stress/containers.ts";
import type { StressContext } from "../stress/context.ts";
import { countedOn } from "../stress/counted.ts";
import { labNamed } from "../stress/labs.ts";
import { phasesOf } from "../stress/phases.ts";
import { notSeen, readRows } from "../stress/rows.ts";
import { HISTORY_SECONDS, load, program, REST_SECONDS, seen, settle } from "../stress/steps.ts";
import { defineCommand } from "./command.ts";
import { NO_INSTALL, SETTINGS_FILE } from "./options.ts";

/** Exit code 1 with LOAD_NOT_SEEN when what must move did not. */
export const stress = defineCommand({
  usage: "npm run stress",
  about: "Run a bounded load and show which metrics it moves",
  operand: { name: "LOAD", about: "disk, cpu, memory, network or flows" },
  options: {
    seconds: { type: "string", value: "N", about: "how long the load itself runs, 5 to 600 (default 20)" },
    "no-install": NO_INSTALL,
    config: SETTINGS_FILE,
  },
  run: async ({ host, projectRoot, options, operand, signal, stdout }) => {
    const began = performance.now();
    const lab = labNamed(operand);
    const seconds = Math.max(loadSeconds(options.seconds), lab.leastSeconds ?? 0);
    const docker = createDocker(host);
    const layout = await namedLayout(host, projectRoot, options.config);
    const { settings } = await findConfigured({ docker, host, layout }, options.config);
    const image = await nodeImage(docker, containerName(layout.names, "flow-exporter"));
    const bounds = boundsOf(await machine(host));
    const prometheus = prometheusOf({ settings });
    const context: StressContext = {
      host,
      docker,
      project: layout.names.project,
      image,
      bounds,
      signal,
      lab,
      seconds,
      prometheus,
      install: !options["no-install"],
    };
    await assertNoLoad(docker);
    await removeLoads(docker);
    stdout.write(renderPlan(operand ?? "", seconds, REST_SECONDS, HISTORY_SECONDS));
    try {
      await runSteps([seen, program, load, settle], context, stdout);
    } finally {
      await removeLoads(docker);
    }
    const { loaded } = context;
    if (loaded === undefined) throw new Error("no load was run");
    const rows = await readRows(prometheus, lab.measures(bounds), phasesOf(loaded.span));
    const counted = loaded.made && (await countedOn(prometheus, loaded.span));
    stdout.write(renderRows(rows, loaded.made, counted));
    stdout.write(renderDuration((performance.now() - began) / 1000, loaded.span.to - loaded.span.from));
    const failure = notSeen(rows);
    if (failure) throw failure;
    return 0;
  },
});

async function machine(host: Host) {
  const availableBytes = (await availableMemory(host)) ?? 0;
  return { cores: availableParallelism(), availableBytes };
}

/** The image the stack's own Node service runs. */
async function nodeImage(docker: Docker, exporter: string): Promise<string> {
  try {
    return (await docker.getContainer(exporter).inspect()).Config.Image;
  } catch (error) {
    if (!isMissing(error)) throw noDocker(error);
    const why = `there is no container ${exporter}`;
    throw new StartError("STACK_NOT_RUNNING", {
      what: "The stack is not running, so a load would not be visible",
      why,
      fix: "run `npm start`",
    });
  }
}
