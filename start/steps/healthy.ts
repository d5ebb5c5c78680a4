import { StartError } from "../errors.ts";
import { waitFor } from "../lib/wait.ts";
import { composeIn } from "../stack/compose.ts";
import { type ContainerState, listContainers } from "../stack/containers.ts";
import { configName } from "../stack/layout.ts";
import type { StackContext, Step } from "./step.ts";

const DEADLINE_SECONDS = 90;

/** The first container that is not healthy yet; its state is the reason the wait goes on. */
class NotHealthy extends Error {
  readonly container: ContainerState;

  constructor(container: ContainerState, healthy: number, all: number) {
    const state = container.state === "running" ? container.health : container.state;
    super(`${healthy} of ${all} healthy, ${container.service} is ${state}`);
    this.container = container;
  }
}

// By then it is no accident, and waiting on would only hide the cause.
const MAX_RESTARTS = 3;

export const healthy: Step = {
  title: "Wait for health checks",
  run: async (context, report) => {
    const seconds = Math.round(DEADLINE_SECONDS * context.patience);
    try {
      return await waitFor(
        {
          name: "the services",
          deadlineMs: seconds * 1000,
          everyMs: 250,
          code: "SERVICE_NOT_READY",
          fix: "",
          signal: context.signal,
          onReason: report,
        },
        () => allHealthy(context),
      );
    } catch (error) {
      if (error instanceof StartError && error.cause instanceof NotHealthy) {
        throw await explain(context, error.cause.container, `is not healthy after ${seconds} s`);
      }
      throw error;
    }
  },
};

async function allHealthy(context: StackContext): Promise<string> {
  const containers = await listContainers(context.docker, context.layout.names.project);
  const failing = containers.find(({ restarts }) => restarts >= MAX_RESTARTS);
  if (failing) throw await explain(context, failing, `keeps crashing (${failing.restarts} restarts)`);
  const waiting = containers.filter(({ health }) => health !== "healthy");
  if (waiting[0]) throw new NotHealthy(waiting[0], containers.length - waiting.length, containers.length);
  return `${containers.length} healthy`;
}

/** Names the service, and shows its last words. */
async function explain(context: StackContext, container: ContainerState, what: string): Promise<StartError> {
  const { service, state, health, healthOutput, exitCode, oomKilled } = container;
  const log = await composeIn(context.host, context.layout).logs(service, 8);
  const seen =
    state === "running" ? `${health}: ${healthOutput || "no answer yet"}` : `${state}, exit code ${exitCode}`;
  return new StartError("SERVICE_NOT_READY", {
    what: `${service} ${what}`,
    why: [seen, "its last log lines:", log || "(none)"].join("\n"),
    fix: oomKilled
      ? `it ran out of memory: raise ${service.toUpperCase().replaceAll("-", "_")}_MEMORY in ${configName(context.layout)}`
      : "the lines above name the cause; `npm run doctor` checks the machine",
  });
}
