import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../lib/eventually.ts";
import { createSandbox, type Sandbox } from "../lib/sandbox.ts";
import { BRIEF_CLIENT, named, SERVER, type Talk } from "../lib/talkers.ts";
import { edgeOf } from "./edge.ts";
import type { Running } from "./running.ts";

const TALK: Talk = { server: named("brief-server"), port: 7320, connections: 0, request: 401, response: 1009 };

/** Flows and containers that come and go between two looks. */
export function briefSuite(running: () => Running): void {
  describe("what is brief", () => {
    let sandbox: Sandbox;
    before(async () => {
      sandbox = await createSandbox(running().docker, running().nodeImage, named("flowtally-test-brief"));
      await sandbox.run(TALK.server, SERVER, TALK, "listening");
    });
    after(() => sandbox.remove());

    const exactly = async (client: string, connections: number) => {
      await eventually(30, async () => {
        const edge = await edgeOf(running().prometheus, client, TALK.server, TALK.port);
        const expected = { sent: connections * TALK.request, received: connections * TALK.response, open: 0 };
        assert.deepEqual(edge, expected);
      });
    };

    it("counts 20,000 short connections, each once and exactly", async () => {
      await sandbox.run(named("brief-many"), BRIEF_CLIENT, { ...TALK, connections: 20_000 }, "done");
      await exactly(named("brief-many"), 20_000);
    });

    it("names a container that is gone as soon as it has spoken", async () => {
      const container = await sandbox.run(named("brief-life"), BRIEF_CLIENT, { ...TALK, connections: 3 }, "done");
      await container.remove({ force: true, v: true });
      await exactly(named("brief-life"), 3);
    });
  });
}
