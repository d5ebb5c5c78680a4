import assert from "node:assert/strict";
import { test } from "node:test";
import { softInterruptIn, ticksIn, trafficIn } from "../../bench/rig/counters.ts";

test("traffic is read by the names that the kernel gives its counters", () => {
  const snmp = [
    "Tcp: RtoAlgorithm ActiveOpens PassiveOpens InSegs",
    "Tcp: 1 7 23 900",
    "Udp: InDatagrams NoPorts",
    "Udp: 41 2",
  ].join("\n");
  const dev = [
    "Inter-|   Receive  |  Transmit",
    "    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0",
    "  bench-server: 5000 50 0 0 0 0 0 0 700 7 0 0 0 0 0 0",
  ].join("\n");
  assert.deepEqual(trafficIn(snmp, dev, "bench-server"), {
    accepted: 23,
    datagrams: 41,
    packets: 57,
    receivedBytes: 5000,
  });
});

test("CPU time is that of the process, whatever it is called, and soft interrupts are those of all CPUs", () => {
  assert.deepEqual(ticksIn("7 (a) (b 9) S 1 1 1 0 -1 4 5 6 7 8 123 45 0 0 20"), { user: 1.23, system: 0.45 });
  assert.equal(softInterruptIn("cpu  100 20 300 4000 50 6 70 8 0 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n"), 0.7);
});
