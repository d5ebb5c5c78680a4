import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type Docker from "dockerode";
import { Peers } from "../../../start/dataset/peers.ts";

function container(name: string, ...networks: readonly [v4: string, v6: string][]): Docker.ContainerInfo {
  const Networks = Object.fromEntries(
    networks.map(([IPAddress, GlobalIPv6Address], index) => [`net-${index}`, { IPAddress, GlobalIPv6Address }]),
  );
  return { Id: name.padEnd(64, "0"), Names: [`/${name}`], NetworkSettings: { Networks } } as Docker.ContainerInfo;
}

describe("peers", () => {
  it("are called by the container, at each of its addresses", () => {
    const peers = new Peers();
    peers.note([container("web", ["172.17.0.2", "fd00::2"], ["10.9.0.4", ""])], 5);
    for (const address of ["172.17.0.2", "::ffff:172.17.0.2", "::FFFF:172.17.0.2", "fd00::2", "10.9.0.4"]) {
      assert.equal(peers.nameOf(address, 9), "web", address);
    }
  });

  it("are called by their address where no container has it, nor one in the host's network", () => {
    const peers = new Peers();
    peers.note([container("host", ["", ""])], 5);
    assert.equal(peers.nameOf("192.0.2.1", 9), "192.0.2.1");
    assert.equal(peers.nameOf("::ffff:192.0.2.1", 9), "192.0.2.1");
    assert.equal(peers.nameOf("", 9), "");
  });

  it("are called by who had the address then", () => {
    const peers = new Peers();
    peers.note([container("one", ["172.17.0.2", ""])], 10);
    peers.note([container("one", ["172.17.0.2", ""])], 20);
    peers.note([], 25);
    peers.note([container("two", ["172.17.0.2", ""])], 30);
    assert.deepEqual(
      [5, 15, 29, 30, 40].map((ns) => peers.nameOf("172.17.0.2", ns)),
      ["one", "one", "one", "two", "two"],
    );
  });
});
