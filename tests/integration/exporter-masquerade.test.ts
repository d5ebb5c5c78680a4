import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { TransactionsPage } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { createNamespace, type Namespace } from "./exporter/namespace.ts";
import { skip as rigSkip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { eventually } from "./lib/eventually.ts";
import { natKernelLacks } from "./nat/requirements.ts";

const skip = rigSkip || ((await natKernelLacks()) ?? false);
const CLIENT = "flowtally-test-masqueraded";
const [FROM_PORT, PORT] = [7350, 7351];

/** With the rights that its container has, on this machine's own table of connections. */
describe("an exporter with a store, and Docker's own masquerade", { skip }, () => {
  const rig = new Rig("masquerade", { keepState: true, tracerArgs: ["--udp", "on"] });
  let folder: string;
  let outside: Namespace;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-masquerade-"));
    await chmod(folder, 0o777);
    outside = await createNamespace();
    await rig.setUp({ env: { FLOW_STORE: path.join(folder, "flows.db"), FLOW_UDP: "on", FLOW_NODE: "node-a" } });
  });
  after(async () => {
    await rig.remove();
    await outside?.remove();
    await rm(folder, { recursive: true });
  });

  test("what leaves for another machine has this machine's address, and keeps the container's", async () => {
    const words = ["hold", "udp", "60000", `${FROM_PORT}`, outside.address, `${PORT}`, "10"];
    await rig.peers.container(CLIENT, [], ...words);
    const own = await rig.peers.addressOf(CLIENT);
    await eventually(30, async () => {
      const response = await fetch(`${rig.exporter.url}/api/transactions?address=${outside.address}`);
      const { transactions } = (await response.json()) as TransactionsPage;
      assert.deepEqual(
        transactions.map(({ source_address, source, client, halves, apart }) => [
          source_address,
          source?.name,
          client?.nat,
          client?.socket_key,
          halves,
          apart,
        ]),
        [
          [
            outside.hostAddress,
            CLIENT,
            "followed",
            `${own}-${outside.address}-${FROM_PORT}-${PORT}`,
            "client",
            "peer_unknown",
          ],
        ],
      );
    });
    const { sources } = (await (await fetch(`${rig.exporter.url}/healthz`)).json()) as {
      sources: Record<string, unknown>;
    };
    assert.deepEqual(sources.conntrack, { up: true, reason: "" });
  });
});
