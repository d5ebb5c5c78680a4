import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { before, describe, it } from "node:test";
import { eventually } from "../../../integration/lib/eventually.ts";
import { access } from "../../lib/access.ts";
import { agents, NAMESPACE, rolledOut } from "../../lib/agent.ts";
import { apply, kubectl } from "../../lib/kubectl.ts";
import { ANSWERED, addressOf, container, inNamespace, PORT, pod, QUICK, SENT, serverSpec } from "../../lib/workload.ts";
import { deployAgents } from "./agents.ts";
import { joinedTransactions, shown, transactions } from "./transactions.ts";

const STOP_PORT = 8090;
/** Sends again and again on one connection, until somebody calls; then ends it, and says how often it has sent. */
const LASTING_CLIENT = `const { connect, createServer } = require("net");
const { HOST, PORT, STOP_PORT } = process.env;
let count = 0;
const socket = connect(Number(PORT), HOST, () => {
  const more = setInterval(() => { count += 1; socket.write(Buffer.alloc(${SENT})); }, 100);
  createServer((caller) => { clearInterval(more); socket.end(); caller.end(); }).listen(Number(STOP_PORT));
});
socket.on("close", () => { console.log(count); process.exit(); }).resume();`;

describe("a rolling restart of the agents", () => {
  const [one, other] = access().nodes.map(({ name }) => name) as [string, string];
  before(deployAgents);

  it("leaves a flow that goes on meanwhile one transaction, exact to the byte", async () => {
    await apply(pod("lasting-server", { ...serverSpec(), nodeName: other }));
    const env = { HOST: await addressOf("lasting-server"), PORT: `${PORT}`, STOP_PORT: `${STOP_PORT}` };
    const spec = { ...QUICK, restartPolicy: "Never", containers: [container(LASTING_CLIENT, env)], nodeName: one };
    await apply(pod("lasting", spec));
    const client = await addressOf("lasting");
    const query = { endpoint: "shop/lasting", port: `${PORT}` };
    await transactions(query, (rows) =>
      assert.deepEqual(
        rows.map(shown).map(({ halves }) => halves),
        ["both"],
      ),
    );
    const before = await agents();
    await kubectl(["rollout", "restart", "daemonset/flowtally", `--namespace=${NAMESPACE}`]);
    await rolledOut();
    const after = await agents();
    assert.deepEqual(
      after.map(({ node }) => node),
      [one, other],
    );
    assert.ok(after.every(({ pod }) => before.every((agent) => agent.pod !== pod)));
    await stop(client);
    await inNamespace("wait", "pod/lasting", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
    const sent = SENT * Number(await inNamespace("logs", "lasting"));
    assert.ok(sent > 0);
    await joinedTransactions(query, [
      {
        ...{ halves: "both", apart: null },
        ...{ source: ["shop/lasting", one], destination: ["shop/lasting-server", other] },
        ...{ client: [sent, ANSWERED], server: [ANSWERED, sent] },
      },
    ]);
  });
});

function stop(address: string): Promise<void> {
  return eventually(30, async () => {
    const socket = connect({ host: address, port: STOP_PORT, signal: AbortSignal.timeout(2_000) });
    await once(socket.resume(), "end").finally(() => socket.destroy());
  });
}
