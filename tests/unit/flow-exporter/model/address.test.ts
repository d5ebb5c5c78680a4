import assert from "node:assert/strict";
import { SocketAddress } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { hostAddresses } from "../../../../exporters/flow-exporter/metadata/host/host-addresses.ts";
import { addressText, isPrivate, networkOf } from "../../../../exporters/flow-exporter/model/address.ts";
import { viewOf } from "../../../../exporters/flow-exporter/model/bytes.ts";

for (const [hex, expected] of [
  ["00000000000000000000ffff0a000001", "10.0.0.1"],
  ["00000000000000000000000000000001", "::1"],
  ["00000000000000000000000000000000", "::"],
  ["fe800000000000000042acfffe110002", "fe80::42:acff:fe11:2"],
  ["20010db8000000010000000000000001", "2001:db8:0:1::1"],
  ["20010db8000000000001000000000000", "2001:db8:0:0:1::"],
  ["20010db8000100020003000000040005", "2001:db8:1:2:3:0:4:5"],
] as const) {
  test(`${hex} is ${expected}`, () => {
    assert.equal(addressText(viewOf(Buffer.from(hex, "hex")), 0), expected);
  });
}

test("IPv6 is written as the platform writes it", () => {
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 1, max: 0xffff }), group, group, group, group, group, group, group),
      (groups) => {
        const bytes = Buffer.alloc(16);
        for (const [index, value] of groups.entries()) bytes.writeUInt16BE(value, 2 * index);
        const full = groups.map((value) => value.toString(16)).join(":");
        assert.equal(addressText(viewOf(bytes), 0), new SocketAddress({ address: full, family: "ipv6" }).address);
      },
    ),
  );
});

test("a host's own addresses are its local ones, loopback left out", () => {
  const trie = [
    "Main:",
    "  +-- 0.0.0.0/0 3 0 4",
    "     |-- 127.0.0.1",
    "        /32 host LOCAL",
    "     |-- 172.17.0.0",
    "        /16 link UNICAST",
    "     |-- 172.17.0.1",
    "        /32 host LOCAL",
    "     |-- 172.17.255.255",
    "        /32 link BROADCAST",
    "Local:",
    "     |-- 172.17.0.1",
    "        /32 host LOCAL",
  ];
  const ipv6 =
    "fe800000000000000042acfffe110002 02 40 20 80 docker0\n00000000000000000000000000000001 01 80 10 80 lo\n";
  assert.deepEqual([...hostAddresses(trie.join("\n"), ipv6)], ["172.17.0.1", "fe80::42:acff:fe11:2"]);
  assert.deepEqual([...hostAddresses("", "")], []);
});

test("an address's network is as large as a cluster gives each machine", () => {
  assert.equal(networkOf("203.0.113.7"), networkOf("203.0.113.200"));
  assert.notEqual(networkOf("203.0.113.7"), networkOf("203.0.114.7"));
  assert.equal(networkOf("2001:db8:1:2::7"), networkOf("2001:db8:1:2:3:4:5:6"));
  assert.notEqual(networkOf("2001:db8:1:2::7"), networkOf("2001:db8:1:3::7"));
});

test("addresses that networks give themselves are none of the internet's", () => {
  for (const own of [
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "fc00::1",
    "fdab:1::",
    "100.64.0.1",
    "100.127.255.254",
  ]) {
    assert.ok(isPrivate(own), own);
  }
  for (const other of [
    "1.10.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "2001:db8::1",
    "fe80::1",
    "::1",
  ]) {
    assert.ok(!isPrivate(other), other);
  }
});
