import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { before, describe, it } from "node:test";
import type { Transaction } from "../../../../exporters/flow-exporter/outputs/http/answers.ts";
import { access } from "../../lib/access.ts";
import { apply } from "../../lib/kubectl.ts";
import {
  ANSWERED,
  answering,
  clientSpec,
  inNamespace,
  pod,
  ready,
  SENT,
  serverSpec,
  service,
} from "../../lib/workload.ts";
import { ADDRESSES, type ClusterNode, NODES } from "../../surroundings.ts";
import { deployAgents } from "./agents.ts";
import {
  type End,
  joined,
  joinedTransactions,
  type Shown,
  shown,
  times,
  transactions,
  translations,
} from "./transactions.ts";

const CONNECTIONS = 5;
const [ONE, OTHER] = NODES;

describe("a port that all nodes have for the pod of one of them", () => {
  before(deployAgents);

  for (const [home, away] of [
    [OTHER, ONE],
    [ONE, OTHER],
  ] as const) {
    const name = `door-${home.name}`;
    const server: End = [`shop/${name}`, home.name];
    let port: number;

    before(async () => {
      await apply(pod(name, { ...serverSpec(), nodeName: home.name }), service(name, name, "NodePort"));
      await ready(name);
      port = Number(await inNamespace("get", "service", name, "--output=jsonpath={.spec.ports[0].nodePort}"));
      for (const { address } of access().nodes) await answering(address, port);
    });

    const call = (caller: string, from: ClusterNode, to: ClusterNode) =>
      apply(pod(caller, { ...clientSpec(to.address, CONNECTIONS, port), nodeName: from.name }));

    it(`is followed by ${home.name}, the pod's, when a pod of ${away.name} calls there (${home.proxyMode})`, async () => {
      const caller = `to-home-of-${name}`;
      await call(caller, away, home);
      const whole = joined([`shop/${caller}`, away.name], server);
      const rows = await joinedTransactions({ endpoint: `shop/${caller}` }, times(CONNECTIONS, whole));
      assert.deepEqual(translations(rows), ["none followed"]);
    });

    it(`is followed by ${away.name}, the caller's own (${away.proxyMode})`, async () => {
      const caller = `by-own-to-${name}`;
      await call(caller, away, away);
      const whole = joined([`shop/${caller}`, away.name], server);
      const rows = await joinedTransactions({ endpoint: `shop/${caller}` }, times(CONNECTIONS, whole));
      assert.deepEqual(translations(rows), ["followed none"]);
    });

    it(`leaves a half each of what goes from ${home.name} to ${away.name} and back, with the node that has passed it on`, async () => {
      const caller = `round-to-${name}`;
      await call(caller, home, away);
      await haveHalves({ endpoint: `shop/${caller}` }, CONNECTIONS, {
        ...{ halves: "client", apart: "peer_silent" },
        ...{ source: [`shop/${caller}`, home.name], destination: [away.name, away.name] },
        ...{ client: [SENT, ANSWERED], server: null },
      });
      await haveHalves({ endpoint: server[0], address: away.address }, CONNECTIONS, passedOnBy(away));
    });

    it(`has one half, and the caller's address, of what comes from outside to ${home.name}`, async () => {
      await callFromOutside(home.address, port);
      const rows = await haveHalves({ endpoint: server[0], address: ADDRESSES.outside }, CONNECTIONS, {
        ...{ halves: "server", apart: "peer_unknown" },
        ...{ source: null, destination: server },
        ...{ client: null, server: [ANSWERED, SENT] },
      });
      assert.deepEqual(translations(rows), ["undefined followed"]);
    });

    it(`has one half, and the node that has passed it on, of what comes from outside to ${away.name}`, async () => {
      await callFromOutside(away.address, port);
      await haveHalves({ endpoint: server[0], address: away.address }, 2 * CONNECTIONS, passedOnBy(away));
    });

    const passedOnBy = (node: ClusterNode): Shown => ({
      ...{ halves: "server", apart: "peer_silent" },
      ...{ source: [node.name, node.name], destination: server },
      ...{ client: null, server: [ANSWERED, SENT] },
    });
  }
});

/** Waits until there are so many halves for a question, all alike; what has looked for an open port has sent nothing. */
async function haveHalves(query: Record<string, string>, count: number, half: Shown): Promise<readonly Transaction[]> {
  const isCall = ({ client, server }: Transaction) => (client?.sent_bytes ?? server?.received_bytes) !== 0;
  const alone = (row: Transaction) => row.halves !== "both" && isCall(row);
  const rows = await transactions(query, (all) => assert.deepEqual(all.filter(alone).map(shown), times(count, half)));
  return rows.filter(alone);
}

async function callFromOutside(address: string, port: number): Promise<void> {
  for (let count = 0; count < CONNECTIONS; count++) {
    const socket = connect(port, address);
    await once(socket, "connect");
    socket.resume().end(Buffer.alloc(SENT));
    await once(socket, "close");
  }
}
