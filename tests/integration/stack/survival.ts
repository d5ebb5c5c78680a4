import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ServiceName } from "../../../start/stack/services.ts";
import { eventually } from "../lib/eventually.ts";
import { createSandbox, type Sandbox } from "../lib/sandbox.ts";
import { BRIEF_CLIENT, HOLDING_CLIENT, named, SERVER, type Talk } from "../lib/talkers.ts";
import { containerOf } from "../lib/test-stack.ts";
import { edgeOf } from "./edge.ts";
import type { Running } from "./running.ts";

const TALK: Talk = { server: named("kept-server"), port: 7330, connections: 11, request: 2003, response: 499 };

/** Killed in the middle, totals are right afterwards. */
export function survivalSuite(running: () => Running): void {
  describe("totals", () => {
    let sandbox: Sandbox;
    before(async () => {
      sandbox = await createSandbox(running().docker, running().nodeImage, named("flowtally-test-kept"));
      await sandbox.run(TALK.server, SERVER, TALK, "listening");
      await sandbox.run(named("kept-client"), HOLDING_CLIENT, TALK, "done");
      await held();
    });
    after(() => sandbox.remove());

    const held = () =>
      eventually(60, async () => {
        const edge = await edgeOf(running().prometheus, named("kept-client"), TALK.server, TALK.port);
        const expected = { sent: TALK.connections * TALK.request, received: TALK.connections * TALK.response };
        assert.deepEqual(edge, { ...expected, open: TALK.connections });
      });

    const unseen = async () => (await running().prometheus.query("flow_unseen_seconds_total"))[0]?.value;

    /** Kills the service's process as the kernel would, so that Docker's restart policy brings it back. */
    const kill = async (service: ServiceName) => {
      const container = running().docker.getContainer(containerOf(service));
      const { State } = await container.inspect();
      process.kill(State.Pid, "SIGKILL");
      await eventually(60, async () => {
        const now = (await container.inspect()).State;
        assert.ok(now.Pid !== State.Pid && now.Health?.Status === "healthy", `${service} is ${now.Health?.Status}`);
      });
    };

    for (const service of ["flow-exporter", "flow-tracer"] as const) {
      it(`are the same after ${service} was killed, and go on`, async () => {
        const before = await unseen();
        await kill(service);
        await held();
        const client = named(`kept-after-${service}`);
        await sandbox.run(client, BRIEF_CLIENT, TALK, "done");
        await eventually(30, async () => {
          const edge = await edgeOf(running().prometheus, client, TALK.server, TALK.port);
          assert.equal(edge.sent, TALK.connections * TALK.request);
          assert.equal(edge.received, TALK.connections * TALK.response);
        });
        assert.equal(await unseen(), before, "seconds that nobody watched");
      });
    }
  });
}
