import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { skip } from "../../integration/exporter/requirements.ts";
import { eventually } from "../../integration/lib/eventually.ts";
import type { Observed } from "../lib/hubble.ts";
import { CALLER, CONNECTIONS, NODES, PORT, PROJECTS, SERVER, startNodes, type TwoNodes } from "../lib/nodes.ts";
import { type Relay, startRelay } from "../lib/relay.ts";

/** gRPC waits longer from one try to the next, and the relay looks every two seconds. */
const DEADLINE_S = 60;

describe("the real hubble-relay over two nodes", { skip }, () => {
  let nodes: TwoNodes;
  let relay: Relay;
  before(async () => {
    nodes = await startNodes();
    relay = await startRelay(nodes.addresses[0]);
    await nodes.call();
  });
  after(async () => {
    await relay?.[Symbol.asyncDispose]();
    await nodes?.[Symbol.asyncDispose]();
  });

  /** `hubble list nodes`, a node and its state in each line. */
  const states = async () => {
    const listed: Record<string, string>[] = JSON.parse(await relay.hubble.says("list", "nodes", "-o", "json"));
    return listed.map(({ name, state }) => `${name} ${state}`);
  };
  const areStates = (...expected: readonly string[]) =>
    eventually(DEADLINE_S, async () => assert.deepEqual(await states(), expected));

  /** From which end nodes have seen connections begin. */
  const beginnings = (lines: readonly Pick<Observed, "flow">[]) =>
    lines
      .flatMap(({ flow }) => (flow?.l4?.TCP?.flags?.SYN && flow.destination?.pod_name === SERVER ? [flow] : []))
      .map((flow) => `${flow.node_name} ${flow.traffic_direction} ${flow.source?.pod_name}`)
      .sort();
  const seenByBoth = (caller: string) => [
    ...Array.from({ length: CONNECTIONS }, () => `${NODES[0]} EGRESS ${caller}`),
    ...Array.from({ length: CONNECTIONS }, () => `${NODES[1]} INGRESS ${caller}`),
  ];

  it("finds both by asking one of them", async () => {
    await areStates(...NODES.map((name) => `${name} NODE_CONNECTED`));
    assert.match(await relay.hubble.says("status"), /^Connected Nodes: 2\/2$/m);
    await eventually(DEADLINE_S, async () => {
      // Others on this machine may have projects, too.
      const names = new Set((await relay.hubble.says("list", "namespaces")).split("\n"));
      for (const name of PROJECTS) assert.ok(names.has(name), [...names].join());
    });
  });

  it("shows the flows of both, each as its node has seen it", async () => {
    await eventually(DEADLINE_S, async () => {
      const flows = await relay.hubble.flows("--all", "--to-port", `${PORT}`);
      assert.deepEqual(beginnings(flows.map((flow) => ({ flow }))), seenByBoth(`${CALLER}-1`));
    });
    const ofOne = await relay.hubble.flows("--all", "--to-port", `${PORT}`, "--node-name", NODES[1]);
    assert.deepEqual(new Set(ofOne.map(({ node_name }) => node_name)), new Set([NODES[1]]));
  });

  it("shows a node that dies, goes on with the other one, and takes it up again as it comes back", async () => {
    await using following = relay.hubble.follow("--to-port", `${PORT}`);
    await nodes.rigs[1].exporter.kill();
    await eventually(DEADLINE_S, async () => {
      assert.match(
        await relay.hubble.says("status"),
        new RegExp(`^Connected Nodes: 1/2\nUnavailable Nodes: 1\n  - ${NODES[1]}$`, "m"),
      );
      assert.match((await states())[1] ?? "", /NODE_(ERROR|UNAVAILABLE)$/);
    });
    await nodes.call();
    await eventually(DEADLINE_S, () =>
      assert.deepEqual(beginnings(following.lines), seenByBoth(`${CALLER}-2`).slice(0, CONNECTIONS)),
    );
    await nodes.start(1);
    await areStates(...NODES.map((name) => `${name} NODE_CONNECTED`));
    await eventually(DEADLINE_S, async () => {
      await nodes.call();
      assert.ok(following.lines.some(({ flow }) => flow?.node_name === NODES[1]));
    });
  });
});
