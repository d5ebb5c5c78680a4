import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hostAddresses } from "../../../../../exporters/flow-exporter/metadata/host/host-addresses.ts";
import { localAddresses } from "../../../../../exporters/flow-exporter/metadata/host/local-addresses.ts";

/** A container's, as Linux writes it. */
const FIB_TRIE = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 172.18.0.0/16 2 0 2
        |-- 172.18.0.0
           /16 link UNICAST
        |-- 172.18.0.9
           /32 host LOCAL
        |-- 172.18.255.255
           /32 link BROADCAST
Local:
     +-- 127.0.0.0/31 1 0 0
        |-- 127.0.0.0
           /8 host LOCAL
        |-- 127.0.0.1
           /32 host LOCAL
`;
/** By which every address is local: that of a transparent proxy. */
const TPROXY = `Id 100:
  |-- 0.0.0.0
     /0 host LOCAL
`;
const zeros = "0".repeat(32);
const route = (destination: string, length: string, flags: string) =>
  `${destination} ${length} ${zeros} 00 ${zeros} 00000100 00000001 00000000 ${flags}     eth0\n`;
const OWN = `fd00${"0".repeat(27)}9`;
const IPV6_ROUTE = route(OWN, "80", "80200001") + route(`fd00${"0".repeat(28)}`, "40", "00000001");

describe("the addresses that are a network namespace's own", () => {
  const local = localAddresses(FIB_TRIE, IPV6_ROUTE);
  const own = (addresses: string[]) => addresses.filter((address) => local.has(address));

  test("are those with a local route, and those to which all on a link are called", () => {
    const asked = ["172.18.0.9", "172.18.255.255", "127.0.0.7", "172.18.0.8", "0.0.0.0", "203.0.113.7"];
    assert.deepEqual(own(asked), ["172.18.0.9", "172.18.255.255", "127.0.0.7"]);
    assert.deepEqual(own(["fd00::9", "fd00::8", "2001:db8::1", "::"]), ["fd00::9"]);
  });

  test("are all there are where a route says so, of the family that it is of", () => {
    const all = localAddresses(TPROXY, "");
    assert.equal(all.has("203.0.113.7"), true);
    assert.equal(all.has("2001:db8::1"), false);
    assert.equal(localAddresses("", route(zeros, "00", "80000001")).has("2001:db8::1"), true);
  });

  test("are those of a network where a route says so", () => {
    const wide = localAddresses(
      "  |-- 198.51.100.0\n     /24 host LOCAL\n",
      route(`2001${"0".repeat(28)}`, "10", "80000001"),
    );
    const asked = ["198.51.100.255", "198.51.101.0", "2001::7:1", "2002::1"];
    assert.deepEqual(
      asked.filter((address) => wide.has(address)),
      ["198.51.100.255", "2001::7:1"],
    );
  });

  test("are the host's, less those of loopback", () => {
    assert.deepEqual([...hostAddresses(FIB_TRIE, `${OWN} 02 40 00 80 eth0\n`)], ["172.18.0.9", "fd00::9"]);
  });
});
