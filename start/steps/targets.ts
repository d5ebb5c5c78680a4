import { waitFor } from "../lib/wait.ts";
import { type Prometheus, prometheusAt } from "../stack/prometheus.ts";
import { scrapeJobs } from "../stack/services.ts";
import type { StackContext, Step } from "./step.ts";

export const targets: Step = {
  title: "Wait for Prometheus targets",
  run: (context, report) =>
    waitFor(
      {
        name: "the Prometheus targets",
        deadlineMs: 60_000 * context.patience,
        everyMs: 250,
        code: "TARGET_DOWN",
        fix: "see `docker logs` of that service; node-exporter is scraped through guard",
        signal: context.signal,
        onReason: report,
      },
      () => allUp(prometheusOf(context), jobsOf(context)),
    ),
};

export function prometheusOf({ settings }: Pick<StackContext, "settings">): Prometheus {
  return prometheusAt(`http://127.0.0.1:${settings.PROMETHEUS_PORT}`);
}

function jobsOf({ images }: StackContext): string[] {
  return scrapeJobs(images.filter(({ origin }) => origin !== "missing").map(({ service }) => service));
}

async function allUp(prometheus: Prometheus, jobs: readonly string[]): Promise<string> {
  const found = await prometheus.targets();
  for (const job of jobs) {
    const target = found.find((candidate) => candidate.job === job);
    if (target === undefined) throw new Error(`${job} is not a target yet`);
    if (target.health !== "up") throw new Error(`${job} is ${target.health}: ${target.lastError || "not scraped yet"}`);
  }
  return `${jobs.length} up`;
}
