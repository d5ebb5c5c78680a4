import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../lib/eventually.ts";
import { createSandbox, type Sandbox } from "../lib/sandbox.ts";
import { DATAGRAM_CLIENT, DATAGRAM_SERVER, named, type Talk } from "../lib/talkers.ts";
import { edgeOf } from "./edge.ts";
import type { Running } from "./running.ts";

const CLIENT = named("udp-client");
/** Its connections are datagrams here. */
const TALK: Talk = { server: named("udp-server"), port: 7340, connections: 37, request: 601, response: 211 };
const EXPECTED = { sent: TALK.connections * TALK.request, received: TALK.connections * TALK.response };

export function udpSuite(running: () => Running): void {
  describe("UDP between containers", () => {
    let sandbox: Sandbox;
    before(async () => {
      sandbox = await createSandbox(running().docker, running().nodeImage, named("flowtally-test-udp"));
      await sandbox.run(TALK.server, DATAGRAM_SERVER, TALK, "listening");
      await sandbox.run(CLIENT, DATAGRAM_CLIENT, TALK, "done");
    });
    after(() => sandbox.remove());

    it("is one edge, exact to the byte", () =>
      eventually(30, async () => {
        const edge = await edgeOf(running().prometheus, CLIENT, TALK.server, TALK.port, "udp");
        assert.deepEqual(edge, { ...EXPECTED, open: 1 });
        const mirrored = await running().prometheus.query(`flow_sent_bytes_total{source="${TALK.server}"}`);
        assert.deepEqual(mirrored, [], "the server's answers must not make a second edge");
      }));

    it("shows what a container asks Docker's name server", () =>
      eventually(30, async () => {
        const { sent = 0, received = 0 } = await edgeOf(running().prometheus, CLIENT, "docker-dns", 53, "udp");
        assert.ok(sent > TALK.server.length, `${sent} bytes asked`);
        assert.ok(received > sent, `${received} bytes answered to ${sent}`);
      }));
  });
}
