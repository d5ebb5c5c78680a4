import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FlowsPage } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { BRIEF_BYTES } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-listener";
const TOILER = "flowtally-test-toiler";
const PORT = 7381;
/** Milliseconds of CPU before the flow and while it lives; bytes written, to disk and to memory, while it lives. */
const [BEFORE_MS, DURING_MS, WRITTEN] = [400, 700, 8 * 1024 * 1024];
const PAGE = 4096;
/** A container's first process has been the runtime's before, which takes some CPU; and the kernel's clock has ticks. */
const SLACK_SECONDS = 0.2;

/** A process that works before it connects, and otherwise afterwards: which of it does its flow's record tell? */
describe("flow-exporter and the work beside a flow", { skip }, () => {
  const rig = new Rig("work");
  before(async () => {
    await rig.setUp();
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    const amounts = [BEFORE_MS, DURING_MS, WRITTEN].map(String);
    const flow = [await rig.peers.addressOf(SERVER), `${PORT}`, ...BRIEF_BYTES];
    await rig.peers.container(TOILER, [], "toil", ...amounts, ...flow);
  });
  after(() => rig.remove());

  const theFlow = async () => {
    const response = await fetch(`${rig.exporter.url}/api/flows?container=${TOILER}&port=${PORT}`);
    const { total, flows } = (await response.json()) as FlowsPage;
    assert.equal(total, 1);
    assert.ok(flows[0]);
    return flows[0];
  };
  const tellsTheWork = async () => {
    const { work } = await theFlow();
    assert.ok(work);
    const { comm, before: early, during } = work;
    assert.equal(comm, "peer");
    isAbout(early.cpu_seconds, BEFORE_MS / 1000, SLACK_SECONDS, "seconds of CPU before");
    isAbout(during.cpu_seconds, DURING_MS / 1000, SLACK_SECONDS, "seconds of CPU meanwhile");
    assert.ok(early.written_bytes < WRITTEN / 8, `${early.written_bytes} bytes written before`);
    isAbout(during.written_bytes, WRITTEN, WRITTEN / 8, "bytes written meanwhile");
    isAbout(during.minor_faults, WRITTEN / PAGE, 500, "page faults meanwhile");
    isAbout(during.resident_bytes - early.resident_bytes, WRITTEN, WRITTEN / 8, "bytes of memory more");
  };

  test("while it lives: what its process had done up to its start, and has done since", async () => {
    await eventually(15, tellsTheWork);
    assert.equal((await theFlow()).end, null);
  });

  test("once it has ended: the same, although the process is gone", async () => {
    await rig.peers.removeContainer(TOILER);
    await eventually(15, async () => assert.notEqual((await theFlow()).end, null));
    await tellsTheWork();
  });

  test("its container's counters have both", async () => {
    const response = await fetch(`${rig.exporter.url}/metrics`);
    const series = [...(await response.text()).matchAll(/^(flow_endpoint_\w+_total)\{endpoint="([^"]+)"\} (\S+)$/gm)];
    const of = (metric: string) => Number(series.find(([, name, who]) => name === metric && who === TOILER)?.[3]);
    isAbout(of("flow_endpoint_cpu_seconds_total"), (BEFORE_MS + DURING_MS) / 1000, 2 * SLACK_SECONDS, "seconds of CPU");
    isAbout(of("flow_endpoint_written_bytes_total"), WRITTEN, WRITTEN / 8, "bytes written");
  });
});

/** At least `least`, and not more than `slack` above. */
function isAbout(value: number, least: number, slack: number, what: string): void {
  assert.ok(value >= least * 0.99 && value <= least + slack, `${value} ${what}, expected ${least} to ${least + slack}`);
}
