import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseListeners } from "../../../start/checks/listeners.ts";
import { cidr, overlaps, parseRoutes } from "../../../start/checks/routes.ts";
import { isAtLeast, parseVersion } from "../../../start/checks/version.ts";

const network = (text: string) => {
  const [address = "", length = ""] = text.split("/");
  const value = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { network: value, mask: Number(length) === 0 ? 0 : (-1 << (32 - Number(length))) >>> 0 };
};

describe("routes", () => {
  it("are read in the kernel's byte order", () => {
    const table = "Iface\tDestination\tGateway\n tun0\t0000A8C0\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
    const [route] = parseRoutes(table);
    assert(route);
    assert.equal(route.device, "tun0");
    assert.equal(cidr(route), "192.168.0.0/16");
  });

  for (const [a, b, expected] of [
    ["172.17.0.0/16", "172.17.5.0/24", true],
    ["172.16.0.0/12", "172.31.0.0/16", true],
    ["172.32.0.0/16", "172.31.0.0/16", false],
    ["192.168.1.0/24", "192.168.0.0/16", true],
    ["10.0.0.0/8", "192.168.0.0/16", false],
    ["128.0.0.0/1", "192.168.0.0/16", true],
  ] as const) {
    it(`${expected ? "overlap" : "do not overlap"}: ${a} and ${b}`, () => {
      assert.equal(overlaps(network(a), network(b)), expected);
      assert.equal(overlaps(network(b), network(a)), expected);
      assert.equal(cidr(network(a)), a);
    });
  }
});

describe("listeners", () => {
  const line = (local: string, state: string) => `sl\n 0: ${local} 00000000:0000 ${state} 0:0 00:0 0 0 0 77 1`;
  for (const [local, state, expected] of [
    ["00000000:2382", "0A", [{ port: 9090, inode: "77" }]],
    ["0100007F:2382", "0A", [{ port: 9090, inode: "77" }]],
    ["00000000000000000000000000000000:2382", "0A", [{ port: 9090, inode: "77" }]],
    ["0000000000000000FFFF00000100007F:2382", "0A", [{ port: 9090, inode: "77" }]],
    ["00000000000000000000000001000000:2382", "0A", []],
    ["0101000A:2382", "0A", []],
    ["0100007F:2382", "01", []],
  ] as const) {
    it(`${local} in state ${state} ${expected.length > 0 ? "keeps" : "does not keep"} 127.0.0.1 from us`, () => {
      assert.deepEqual(parseListeners(line(local, state)), expected);
    });
  }
});

describe("versions", () => {
  it("compare by number, not by text", () => {
    assert.deepEqual(parseVersion("v2.26.1-4"), [2, 26]);
    assert(isAtLeast([5, 15], [5, 15]) && isAtLeast([6, 1], [5, 15]) && isAtLeast([2, 100], [2, 20]));
    assert(!isAtLeast([5, 4], [5, 15]) && !isAtLeast([1, 29], [2, 20]));
  });
});
