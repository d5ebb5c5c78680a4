import { reasonOf } from "../../../start/errors.ts";
import { createDocker } from "../../../start/lib/docker.ts";
import { createHost } from "../../../start/lib/host.ts";
import { prometheusAt } from "../../../start/stack/prometheus.ts";
import { launcher } from "../../integration/lib/launcher.ts";
import { printStep, type StepName } from "../steps.ts";
import { exactFlow } from "./flow.ts";
import { healthy } from "./healthy.ts";
import { nothingLeft } from "./nothing-left.ts";
import { inSwarm } from "./swarm.ts";

// Runs in the machine, after `npm start`: looks at the stack, makes known traffic, and stops it.
// Word: what kernel.bpf_stats_enabled stood at before.

const [bpfStatsBefore = ""] = process.argv.slice(2);
const host = createHost();
const docker = createDocker(host);

/** One step's failure keeps none of the others from being tried. */
async function step(name: StepName, run: () => Promise<string>): Promise<void> {
  try {
    console.log(printStep({ name, ok: true, detail: await run() }));
  } catch (error) {
    console.error(error);
    console.log(printStep({ name, ok: false, detail: reasonOf(error) }));
    process.exitCode = 1;
  }
}

const { Config } = await docker.getContainer("flow-exporter").inspect();
const running = { docker, prometheus: prometheusAt("http://127.0.0.1:9090"), nodeImage: Config.Image };
console.log(printStep({ name: "start", ok: true, detail: "npm start" }));
await step("healthy", () => healthy(host, docker));
await step("flow", () => exactFlow(running));
await inSwarm(running, async (swarm) => {
  await step("vip", () => swarm.throughVirtualAddress());
  await step("ingress", () => swarm.throughRoutingMesh());
}).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
await step("stop", async () => {
  const { exitCode, text } = await launcher("stop");
  if (exitCode !== 0) throw new Error(text);
  return nothingLeft(host, docker, bpfStatsBefore);
});
