import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { execa } from "execa";
import { listContainers } from "../../../start/stack/containers.ts";
import { addressesOf, answersUnderForeignName } from "../lib/addresses.ts";
import { createSandbox } from "../lib/sandbox.ts";
import { NAMES, PORTS } from "../lib/test-stack.ts";
import type { Running } from "./running.ts";

const SANDBOX = "flowtally-test-reach";
/** Those that are published on loopback, and those in the containers. */
const ALL_PORTS = [...Object.values(PORTS), 9090, 8080, 9100, 9435, 9436];
/** Prints the addresses that answer: those of a page's machine are asked in the same way by `answersUnderForeignName`. */
const ASKER = `
const { addresses, ports } = JSON.parse(process.env.SETTINGS);
const all = addresses.flatMap((address) => ports.map((port) => address + ":" + port));
const ask = (place) =>
  fetch("http://" + place + "/metrics", { signal: AbortSignal.timeout(5000) }).then(({ status }) => status === 200, () => false);
Promise.all(all.map(ask)).then((open) => console.log("open:" + all.filter((_, index) => open[index]).join(",") + ";"));
`;

export function reachSuite(running: () => Running): void {
  describe("what answers everyone", () => {
    const addresses = async () => {
      const { docker } = running();
      const containers = (await listContainers(docker, NAMES.project)).map(({ id }) => docker.getContainer(id));
      return addressesOf(containers);
    };

    it("answers at no address of a container or of this machine, past guard", async () => {
      const asked = await addresses();
      assert.ok(asked.length >= 8, `addresses: ${asked.join(" ")}`);
      assert.deepEqual(await answersUnderForeignName(asked, ALL_PORTS), []);
    });

    it("is in a network that no route of this machine leads into, and that has no way out", async () => {
      const { docker } = running();
      const { Id, Internal, EnableIPv6 } = await docker.getNetwork(`${NAMES.project}_backend`).inspect();
      assert.deepEqual([Internal, EnableIPv6], [true, false]);
      const bridge = `br-${Id.slice(0, 12)}`;
      const { stdout } = await execa("ip", ["address", "show", "dev", bridge]);
      assert.doesNotMatch(stdout, / inet /);
      for (const address of await addresses()) {
        const route = await execa("ip", ["route", "get", address], { reject: false });
        assert.ok(!route.stdout.includes(` dev ${bridge} `), route.stdout);
      }
    });

    it("does not answer containers of other networks", async () => {
      const { docker, nodeImage } = running();
      const sandbox = await createSandbox(docker, nodeImage, SANDBOX);
      try {
        const settings = { addresses: await addresses(), ports: ALL_PORTS };
        const container = await sandbox.run(`${SANDBOX}-asker`, ASKER, settings, ";");
        const log = String(await container.logs({ stdout: true, stderr: true }));
        assert.equal(/open:(.*);/.exec(log)?.[1], "", log);
      } finally {
        await sandbox.remove();
      }
    });
  });
}
