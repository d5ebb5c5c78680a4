import assert from "node:assert/strict";
import { test } from "node:test";
import { translationIn, tupleKey, tupleOf } from "../../../../exporters/flow-exporter/nat/translations.ts";

/** As `translationIn` tells it: what goes in, and what comes out. */
function told(line: string): string[] | undefined {
  const translation = translationIn(line);
  return translation && [translation.before, translation.after];
}

test("a connection whose way back mirrors the way there is not translated", () => {
  const plain =
    "ipv4     2 tcp      6 62 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=40000 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=40000 [ASSURED] mark=0 zone=0 use=2";
  assert.equal(told(plain), undefined);
});

test("a masqueraded connection leaves with the address and the port of this machine", () => {
  const line =
    "ipv4     2 tcp      6 431999 ESTABLISHED src=172.17.0.2 dst=192.0.2.7 sport=40000 dport=443 packets=3 bytes=180 src=192.0.2.7 dst=192.0.2.1 sport=443 dport=1025 packets=2 bytes=120 [ASSURED] mark=0 use=2";
  assert.deepEqual(told(line), ["tcp 172.17.0.2-192.0.2.7-40000-443", "tcp 192.0.2.1-192.0.2.7-1025-443"]);
});

test("a published port leads to the container and its port, answered or not", () => {
  const line =
    "ipv4     2 udp      17 28 src=192.0.2.7 dst=192.0.2.1 sport=5000 dport=8053 [UNREPLIED] src=172.17.0.2 dst=192.0.2.7 sport=53 dport=5000 mark=0 zone=0 use=2";
  assert.deepEqual(told(line), ["udp 192.0.2.7-192.0.2.1-5000-8053", "udp 192.0.2.7-172.17.0.2-5000-53"]);
});

test("addresses of IPv6 are as sockets have them", () => {
  const [client, address, backend] = [
    "fd00:0000:0000:0000:0000:0000:0000:0002",
    "fd00:00ff:0000:0000:0000:0000:0000:0001",
    "fd00:0000:0000:0001:0000:0000:0000:000a",
  ];
  const line = `ipv6     10 tcp      6 5 CLOSE src=${client} dst=${address} sport=1 dport=80 src=${backend} dst=${client} sport=8080 dport=1 mark=0 use=1`;
  assert.deepEqual(told(line), ["tcp fd00::2-fd00:ff::1-1-80", "tcp fd00::2-fd00:0:0:1::a-1-8080"]);
});

test("a key leads back to its tuple", () => {
  for (const [sourceAddress, destinationAddress] of [
    ["10.0.0.1", "192.0.2.7"],
    ["fd00::2", "::1"],
  ] as const) {
    const tuple = { protocol: "udp", sourceAddress, destinationAddress, sourcePort: 7, destinationPort: 80 } as const;
    assert.deepEqual(tupleOf(tupleKey(tuple)), tuple);
  }
});

test("what is neither TCP nor UDP, and what makes no sense, is left out", () => {
  const icmp =
    "ipv4     2 icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=7 src=10.0.0.2 dst=10.9.9.9 type=0 code=0 id=7 mark=0 use=1";
  assert.deepEqual(
    [told(icmp), told(""), told("ipv4     2 tcp      6 src=10.0.0.1 dst=10")],
    [undefined, undefined, undefined],
  );
});
