import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { TransactionHalf, WireTuple } from "../../../../exporters/flow-exporter/model/transaction.ts";
import { transactionKey } from "../../../../exporters/flow-exporter/model/transaction.ts";
import { TableAbsent } from "../../../../exporters/flow-exporter/nat/conntrack-file.ts";
import { NatFollower } from "../../../../exporters/flow-exporter/nat/nat-follower.ts";
import { type Translation, tupleKey } from "../../../../exporters/flow-exporter/nat/translations.ts";
import { clientHalf, NOW_MS, serverHalf } from "../../../lib/store/halves.ts";

const SOCKET = clientHalf();
const WIRE: WireTuple = {
  protocol: "tcp",
  sourceAddress: "192.0.2.1",
  sourcePort: 1_025,
  destinationAddress: SOCKET.destinationAddress,
  destinationPort: SOCKET.destinationPort,
};
/** What a reading of the table takes, and so how long it rests after that. */
const READ_MS = 10;

describe("the addresses on the wire", () => {
  let translations: Translation[];
  let fault: Error | undefined;
  let isCutOff: boolean;
  let readings: number;
  let clockMs: number;
  let slept: number[];
  let follower: NatFollower;
  beforeEach(() => {
    [translations, fault, isCutOff, readings, clockMs, slept] = [[masqueraded()], undefined, false, 0, 0, []];
    follower = new NatFollower({
      read: () => {
        readings += 1;
        clockMs += READ_MS;
        if (fault) throw fault;
        return { translations, isCutOff };
      },
      wallMs: () => NOW_MS + clockMs,
      now: () => clockMs,
      sleep: async (ms) => {
        slept.push(ms);
        clockMs += ms;
      },
    });
  });

  const ask = async (half: TransactionHalf) => {
    const [answer] = await follower.follow([half]);
    assert.ok(answer);
    return [transactionKey(answer), answer.nat];
  };
  const unknown = (changes: Partial<TransactionHalf> = {}) => clientHalf({ nat: "unknown", ...changes });
  const NONE = [transactionKey(SOCKET), "none"];
  const FOLLOWED = [transactionKey(WIRE), "followed"];
  const UNKNOWN = [transactionKey(SOCKET), "unknown"];

  it("are those that a client's packets leave with, and its own key is kept", async () => {
    const [half] = await follower.follow([unknown({ sentBytes: 7 })]);
    assert.deepEqual(half, { ...unknown({ sentBytes: 7 }), ...WIRE, nat: "followed" });
    assert.equal(half?.socketKey, transactionKey(SOCKET));
  });

  it("are those that a server's packets arrive with", async () => {
    translations = [{ before: tupleKey(WIRE), after: tupleKey(SOCKET) }];
    assert.deepEqual(await ask(serverHalf({ nat: "unknown" })), FOLLOWED);
    assert.deepEqual(await ask(unknown()), NONE);
  });

  describe("are the same for both ends on one machine, each of which has addresses of its own:", () => {
    // 172.18.0.2 asks 192.0.2.1:8080, which is published by 172.18.0.3:80 of the same machine.
    const asks = { sourceAddress: "172.18.0.2", destinationAddress: "192.0.2.1", destinationPort: 8_080 };
    const serves = { sourceAddress: "172.18.0.1", destinationAddress: "172.18.0.3", destinationPort: 80 };
    const [client, server] = [clientHalf({ ...asks, nat: "unknown" }), serverHalf({ ...serves, nat: "unknown" })];
    const [asked, served] = [client, server].map(transactionKey);
    beforeEach(() => {
      translations = [{ before: tupleKey(client), after: tupleKey(server) }];
    });
    const wires = async (...batches: TransactionHalf[][]) => {
      const found: string[] = [];
      for (const batch of batches) found.push(...(await follower.follow(batch)).map(transactionKey));
      return found;
    };

    it("what leaves the client, in whatever order they come", async () => {
      assert.deepEqual(await wires([server, client]), [served, served]);
      assert.deepEqual(await wires([client], [server]), [served, served]);
      const again = { startNs: 9, endedMs: NOW_MS };
      assert.deepEqual(await wires([{ ...server, ...again }], [{ ...client, ...again }]), [served, served]);
    });

    it("what arrives at the server, where no client of this machine was known when that came", async () => {
      assert.deepEqual(await wires([server], [client], [server, client]), [asked, asked, asked, asked]);
    });
  });

  it("are the socket's own where nothing is translated", async () => {
    translations = [];
    assert.deepEqual(await ask(unknown()), NONE);
    assert.deepEqual(await ask(unknown({ protocol: "udp", startNs: 9 })), NONE);
  });

  it("are not asked for where both ends are here", async () => {
    assert.deepEqual(await ask(clientHalf()), NONE);
    assert.equal(readings, 0);
    assert.equal(follower.status.fault, undefined);
  });

  it("are nobody else's on the loopback, unless they are translated", async () => {
    const loopback = { sourceAddress: "127.0.0.1", destinationAddress: "127.0.0.1" };
    const half = unknown(loopback);
    assert.deepEqual(await ask(half), [transactionKey(half), "local"]);
    translations = [{ before: tupleKey(half), after: tupleKey(WIRE) }];
    assert.deepEqual(await ask(unknown({ ...loopback, startNs: 6_000, startedMs: NOW_MS + clockMs })), FOLLOWED);
    assert.deepEqual(follower.status.halves, { none: 0, followed: 1, unknown: 0 });
  });

  it("stay the same as long as the flow is open, whatever the kernel forgets", async () => {
    await ask(unknown());
    translations = [];
    clockMs += 100_000;
    assert.deepEqual(await ask(unknown({ sentBytes: 9 })), FOLLOWED);
    assert.deepEqual(await ask(unknown({ endedMs: NOW_MS + clockMs })), FOLLOWED);
    assert.equal(readings, 1);
  });

  it("are another flow's once the tuple is used again", async () => {
    await ask(unknown());
    translations = [];
    clockMs += 100_000;
    assert.deepEqual(await ask(unknown({ startNs: 8, startedMs: NOW_MS + clockMs - 1 })), NONE);
  });

  it("are read once for all flows that had begun by then, and anew, after a rest, for a later one", async () => {
    await ask(unknown({ startNs: 1 }));
    await ask(unknown({ startNs: 2 }));
    assert.deepEqual([readings, slept], [1, []]);
    await ask(unknown({ startNs: 3, startedMs: NOW_MS + clockMs }));
    assert.deepEqual([readings, slept], [2, [500]]);
  });

  it("are found in the reading before the last, as the kernel forgets a connection that was reset", async () => {
    await ask(unknown({ startNs: 1, sourcePort: 1 }));
    translations = [];
    clockMs += 1_000;
    await ask(unknown({ startNs: 2, sourcePort: 2, startedMs: NOW_MS + clockMs - 1 }));
    assert.equal(readings, 2);
    assert.deepEqual(await ask(unknown({ startNs: 3 })), FOLLOWED);
  });

  for (const [what, changes] of [
    ["was refused, which the kernel forgets at once", { failed: true, endedMs: NOW_MS }],
    ["ended long before anybody looked", { endedMs: NOW_MS - 9_000 }],
  ] as const) {
    it(`are not known of a flow that ${what}`, async () => {
      translations = [];
      assert.deepEqual(await ask(unknown(changes)), UNKNOWN);
    });
  }

  it("are not known where the table is too long to be read, but for what was read", async () => {
    isCutOff = true;
    assert.deepEqual(await ask(unknown()), FOLLOWED);
    assert.deepEqual((await ask(unknown({ sourcePort: 2 })))[1], "unknown");
    assert.equal(follower.status.isCutOff, true);
  });

  it("are not known while the table cannot be read, which is tried every ten seconds and holds nothing up", async () => {
    fault = new Error("no rights");
    assert.deepEqual(await ask(unknown()), UNKNOWN);
    await ask(unknown({ startNs: 2 }));
    assert.deepEqual([readings, slept, follower.status.fault], [1, [], "no rights"]);
    fault = undefined;
    clockMs += 10_000;
    assert.deepEqual(await ask(unknown({ startNs: 3 })), FOLLOWED);
    assert.deepEqual([follower.status.fault, follower.status.halves], ["", { none: 0, followed: 1, unknown: 2 }]);
  });

  it("are not known where the kernel has no table to show, which is told apart from a fault", async () => {
    fault = new TableAbsent("no table");
    assert.deepEqual(await ask(unknown()), UNKNOWN);
    assert.deepEqual([follower.status.fault, follower.status.isAbsent], ["no table", true]);
    fault = new Error("no rights");
    clockMs += 10_000;
    await ask(unknown({ startNs: 2 }));
    assert.deepEqual([follower.status.fault, follower.status.isAbsent], ["no rights", false]);
  });

  it("are not waited for where a reading takes seconds", async () => {
    await ask(unknown());
    clockMs += 1;
    const slow = new NatFollower({
      read: () => {
        clockMs += 2_000;
        return { translations: [], isCutOff: false };
      },
      wallMs: () => NOW_MS + clockMs,
      now: () => clockMs,
      sleep: async (ms) => void slept.push(ms),
    });
    await slow.follow([unknown()]);
    const [late] = await slow.follow([unknown({ startNs: 2, startedMs: NOW_MS + clockMs })]);
    assert.deepEqual([late?.nat, slept], ["unknown", []]);
  });
});

function masqueraded(): Translation {
  return { before: tupleKey(SOCKET), after: tupleKey(WIRE) };
}
