import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StartError } from "../../../start/errors.ts";
import { hostsIn } from "../../../start/settings/cilium.ts";
import { readSettings } from "../../../start/settings/index.ts";

function hostsOf(text: string): string[] {
  return hostsIn(readSettings(`CILIUM_NODES=${text}`).CILIUM_NODES);
}

describe("CILIUM_NODES", () => {
  it("is names and addresses, none by default, each in the one way in which it is written", () => {
    assert.deepEqual(hostsIn(readSettings("").CILIUM_NODES), []);
    assert.deepEqual(hostsOf("Node-1.example, 10.0.0.3,[FD00:0::2] fd00::3,rack_1,host.docker.internal"), [
      ...["node-1.example", "10.0.0.3", "fd00::2", "fd00::3", "rack_1", "host.docker.internal"],
    ]);
  });

  it("says what is wrong with what is neither, or leads nowhere", () => {
    for (const [text, said] of [
      ["node-1:9962", /node-1:9962 has a port, and the ports are known$/],
      ["[fd00::1]:9962", /has a port, and the ports are known$/],
      ["http://node-1/metrics", /is a URL$/],
      ["10.0.0.256", /10\.0\.0\.256 is neither$/],
      ["1.2", /1\.2 is neither$/],
      ["a..b", /is neither$/],
      ["-a", /is neither$/],
      ["nöde", /is neither$/],
      ["a".repeat(64), /is neither$/],
      ["a,localhost", /a loopback address, .* write host\.docker\.internal \(not localhost\)$/],
      ["127.0.0.1", /a loopback address/],
      ["0.0.0.0", /a loopback address/],
      ["::1", /a loopback address/],
      ["[::ffff:127.0.0.1]", /a loopback address/],
      ["fe80::1", /one link alone/],
      ["fe80::1%eth0", /one link alone/],
      ["fd00::1,fd00:0:0::1", /must name each node once, and fd00::1 is there twice$/],
      [Array.from({ length: 51 }, (_, at) => `n${at}`).join(), /must be 50 nodes at most$/],
    ] as const) {
      assert.throws(
        () => hostsOf(text),
        (error) => {
          assert.ok(error instanceof StartError);
          assert.match(error.explanation.why, /^line 1: CILIUM_NODES: /);
          assert.match(error.explanation.why, said, text);
          return true;
        },
      );
    }
  });
});
