import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { writeEvent } from "../../exporters/flow-exporter/hubble/event-json.ts";
import type { FlowsPage, Graph } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { hubbleFlow } from "../unit/flow-exporter/hubble/lib/samples.ts";
import { Observer } from "../unit/flow-exporter/sources/hubble/lib/observer.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { BRIEF_BYTES } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-observed";
const TOILER = "flowtally-test-observed-toiler";
const PORT = 7441;
/** Milliseconds of CPU before its own flow and while that lives, and bytes that it writes. */
const TOIL = ["100", "700", `${1024 * 1024}`];
const ABROAD = { namespace: "shop", podName: "web-1" };
const ABROAD_PORT = 7442;

/** Containers that really work, and an observer that tells of connections to one of them from a pod elsewhere. */
describe("flow-exporter beside an observer of Hubble's", { skip }, () => {
  const rig = new Rig("hubble-read");
  const observer = new Observer();
  let origin = "";
  before(async () => {
    await observer.start();
    origin = `hubble:${observer.address}`;
    await rig.setUp({ env: { FLOW_SOURCES: `kernel,${origin}` } });
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    const flow = [await rig.peers.addressOf(SERVER), `${PORT}`, ...BRIEF_BYTES];
    await eventually(20, async () => assert.equal(observer.calls.length, 1));
    await rig.peers.container(TOILER, [], "toil", ...TOIL, ...flow);
  });
  after(async () => {
    observer.stop();
    await rig.remove();
  });

  const ask = async (path: string) => (await fetch(`${rig.exporter.url}${path}`)).json();
  const tell = async () => {
    const endpoint = { id: 0, identity: 9_999, clusterName: "", labels: [], workloads: [] };
    const l4 = { protocol: "TCP", sourcePort: 40_000, destinationPort: ABROAD_PORT, flags: ["ACK"] } as const;
    const flow = hubbleFlow({
      timeMs: Date.now(),
      sourceAddress: "10.244.9.9",
      destinationAddress: await rig.peers.addressOf(TOILER),
      source: { ...endpoint, ...ABROAD },
      l4,
      isReply: false,
      verdict: "AUDIT",
    });
    observer.tell(writeEvent({ kind: "flow", flow, nodeName: "", timeMs: flow.timeMs }));
  };
  const told = async () => {
    const { flows } = (await ask(`/api/flows?container=${TOILER}&port=${ABROAD_PORT}`)) as FlowsPage;
    return flows[0] ?? assert.fail("no such flow");
  };

  test("the container at an address that it names is that container, and has its work beside the flow", async () => {
    await eventually(20, async () => {
      await tell();
      const { source, destination, observed, work } = await told();
      assert.deepEqual([source, destination, observed?.verdict], ["shop/web-1", TOILER, "AUDIT"]);
      assert.ok(work && work.before.cpu_seconds + work.during.cpu_seconds > 0.1, JSON.stringify(work));
    });
  });

  test("nothing of what it tells is added to what is counted here", async () => {
    const metrics = await (await fetch(`${rig.exporter.url}/metrics`)).text();
    assert.match(metrics, /^flow_hubble_flows_total\{.*source="shop\/web-1".*verdict="AUDIT"\} \d+$/m);
    assert.doesNotMatch(metrics, /^flow_(sent_bytes|connections_opened|connections_failed)_total\{.*shop\/web-1/m);
    const { links } = (await ask("/api/graph")) as Graph;
    const link = links.find(({ destination_port }) => destination_port === ABROAD_PORT);
    assert.deepEqual([link?.origins, link?.sent_bytes, link?.opened], [[origin], 0, 0]);
    assert.deepEqual((await told()).sent_bytes, 0);
  });

  test("its health is told by its name", async () => {
    const { sources } = (await ask("/healthz")) as { sources: Record<string, { up: boolean }> };
    assert.equal(sources[origin]?.up, true);
  });
});
