import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import type { ServiceName } from "../../start/stack/services.ts";
import { eventually } from "./lib/eventually.ts";
import { printed } from "./lib/launcher.ts";
import { containerOf, NAMES, prometheus, removeStack, testLauncher, testLaunching } from "./lib/test-stack.ts";
import { tracesOf } from "./lib/traces.ts";
import { briefSuite } from "./stack/brief.ts";
import { dashboardsSuite } from "./stack/dashboards.ts";
import { flowsSuite } from "./stack/flows.ts";
import { metricsSuite } from "./stack/metrics.ts";
import { namesSuite } from "./stack/names.ts";
import { programsSuite } from "./stack/programs.ts";
import { reachSuite } from "./stack/reach.ts";
import { rulesSuite } from "./stack/rules.ts";
import type { Running } from "./stack/running.ts";
import { servicesSuite } from "./stack/services.ts";
import { survivalSuite } from "./stack/survival.ts";
import { tracerSocketSuite } from "./stack/tracer-socket.ts";
import { udpSuite } from "./stack/udp.ts";

const docker = createDocker(createHost());
let running: Running | undefined;

describe("the stack", () => {
  before(async () => {
    await testLauncher("stop");
    const { start } = await testLaunching();
    // The lock is there as its first step is said.
    await printed(start, "Check the machine");
    const second = await testLauncher();
    const started = await start;
    assert.equal(started.exitCode, 0, started.all);
    console.log(started.all);
    assert.equal(second.exitCode, 1, second.text);
    assert.match(second.text, new RegExp(`^START_RUNNING: Another npm start \\(pid ${start.pid}\\) is running$`, "m"));
    const { Config } = await docker.getContainer(containerOf("flow-exporter")).inspect();
    running = { docker, prometheus, nodeImage: Config.Image };
  });

  after(removeStack);

  const up = () => {
    assert.ok(running, "the stack did not start");
    return running;
  };

  servicesSuite(up);
  namesSuite();
  reachSuite(up);
  flowsSuite(up);
  udpSuite(up);
  metricsSuite(up);
  programsSuite(up);
  tracerSocketSuite(up);
  dashboardsSuite(up);
  rulesSuite(up);
  briefSuite(up);
  survivalSuite(up);

  it("stops and leaves no container, network, pin or program, even of a tracer that was killed", async () => {
    // A tracer that was killed shortly before is known as the holder of its programs with the next look at them.
    const own = await eventually(30, () => programsOf(["flow-tracer", "ebpf-exporter"]));
    await docker.getContainer(containerOf("flow-tracer")).kill(); // Docker does not restart what was killed through it
    const stopped = await testLauncher("stop");
    assert.equal(stopped.exitCode, 0, stopped.text);
    // Tests beside this one have mount namespaces of their own, which hold what was mounted as they began for as long as they live.
    await eventually(240, async () => {
      const { containers, networks, pins, programs } = await tracesOf(docker, NAMES.project);
      assert.deepEqual({ containers, networks, pins }, { containers: [], networks: [], pins: [] });
      assert.deepEqual(
        programs.filter((program) => own.has(program.split(" ")[0])),
        [],
      );
    });
  });
});

/** Ids of the programs that services of the tests' stack have loaded: others on this machine have theirs. */
async function programsOf(services: readonly ServiceName[]): Promise<Set<string | undefined>> {
  const ids = new Set<string | undefined>();
  for (const service of services) {
    const loaded = await prometheus.query(`ebpf_program_info{loaded_by="${containerOf(service)}"}`);
    assert.notEqual(loaded.length, 0, `${service} has loaded no program`);
    for (const { labels } of loaded) ids.add(labels.id);
  }
  return ids;
}
