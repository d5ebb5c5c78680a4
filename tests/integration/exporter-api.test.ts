import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ContainersPage, FlowsPage, Graph } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { BRIEF_BYTES, BRIEF_REQUEST, BRIEF_RESPONSE } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";

const SERVER = "flowtally-test-asked";
const EARLY = "flowtally-test-early";
const SHUT_OUT = "flowtally-test-shut-out";
const LATE = "flowtally-test-late";
const EARS = "flowtally-test-ears";
const MOUTH = "flowtally-test-mouth";
const [PORT, CLOSED_PORT, UDP_PORT] = [7401, 7402, 7403];

/** The API of a running exporter: three closed flows and a failed one, then an open one, then one of UDP. */
describe("flow-exporter's API", { skip }, () => {
  const rig = new Rig("api", { tracerArgs: ["--udp", "on"] });
  /** After the flows of EARLY ended, before that of LATE began. */
  let between: string;
  before(async () => {
    await rig.setUp();
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    await rig.peers.container(EARS, [], "hear", `${UDP_PORT}`);
    const server = await rig.peers.addressOf(SERVER);
    await rig.peers.container(EARLY, [], "brief", server, `${PORT}`, "3", ...BRIEF_BYTES);
    await assert.rejects(
      rig.peers.container(SHUT_OUT, [], "brief", server, `${CLOSED_PORT}`, "1", ...BRIEF_BYTES),
      /refused/,
    );
    await eventually(15, async () => assert.equal((await flows(`container=${SERVER}&state=closed`)).total, 4));
    between = new Date().toISOString();
    await rig.peers.container(LATE, [], "call", server, `${PORT}`, "1", ...BRIEF_BYTES);
    await rig.peers.container(MOUTH, [], "ask", await rig.peers.addressOf(EARS), `${UDP_PORT}`, "5", "600");
    await eventually(15, async () => {
      assert.equal((await flows(`container=${SERVER}`)).total, 5);
      assert.equal((await flows(`container=${EARS}`)).flows[0]?.sent_bytes, 5 * 600);
    });
  });
  after(() => rig.remove());

  const ask = async <Answer>(path: string) => {
    const response = await fetch(`${rig.exporter.url}${path}`);
    return { status: response.status, answer: (await response.json()) as Answer };
  };
  const flows = async (query: string) => (await ask<FlowsPage>(`/api/flows?${query}`)).answer;

  for (const [query, expected] of [
    [`container=${EARLY}`, [EARLY, EARLY, EARLY]],
    [`port=${CLOSED_PORT}`, [SHUT_OUT]],
    [`port=${UDP_PORT}&protocol=tcp`, []],
    [`port=${UDP_PORT}&protocol=udp`, [MOUTH]],
    [`container=${SERVER}&state=open`, [LATE]],
    [`container=${SERVER}&state=ESTABLISHED`, [LATE]],
    [`container=${SERVER}&state=failed`, [SHUT_OUT]],
    [`container=${SERVER}&sort=start`, [EARLY, EARLY, EARLY, SHUT_OUT, LATE]],
    [`container=${SERVER}&sort=-start&limit=2`, [LATE, SHUT_OUT]],
    [`container=${SERVER}&sort=-start&limit=2&offset=2`, [EARLY, EARLY]],
    [`container=${SERVER}&sort=sent_bytes&limit=1`, [SHUT_OUT]],
  ] as const) {
    test(`/api/flows?${query}`, async () => {
      const { flows: found } = await flows(query);
      assert.deepEqual(
        found.map(({ source }) => source),
        expected,
      );
    });
  }

  test("/api/flows?since= has what was open then, or later, whichever way the time is told", async () => {
    for (const since of [between, Date.parse(between) / 1000]) {
      const { flows: found } = await flows(`container=${SERVER}&since=${since}`);
      assert.deepEqual(
        found.map(({ source }) => source),
        [LATE],
      );
    }
  });

  test("what it does not understand is refused, with every fault named", async () => {
    for (const [path, message] of [
      ["/api/flows?state=asleep&port=0", /port must be 1–65535 .*state must be open, /],
      ["/api/flows?since=yesterday", /since must be seconds since 1970 or a date/],
      ["/api/flows?sort=colour", /sort/],
      ["/api/graph?depth=2", /depth/],
      ["/api/containers?limit=0", /limit/],
    ] as const) {
      const { status, answer } = await ask<{ error: { code: string; message: string } }>(path);
      assert.deepEqual([status, answer.error.code], [400, "BAD_QUERY"], path);
      assert.match(answer.error.message, message);
    }
  });

  test("/api/graph has the containers as nodes and their edges as links, with every byte", async () => {
    const { nodes, links } = (await ask<Graph>("/api/graph")).answer;
    const server = nodes.find(({ id }) => id === SERVER);
    assert.deepEqual(
      [server?.kind, server?.sent_bytes, server?.received_bytes],
      ["container", 4 * BRIEF_RESPONSE, 4 * BRIEF_REQUEST],
    );
    const toServer = links.filter(({ destination }) => destination === SERVER);
    assert.deepEqual(
      new Map(toServer.map(({ source, opened, failed }) => [source, [opened, failed]])),
      new Map([
        [EARLY, [3, 0]],
        [SHUT_OUT, [0, 1]],
        [LATE, [1, 0]],
      ]),
    );
    assert.ok(
      links.every(({ per_second: rates }) => rates !== null),
      "rates are known from the second reading on",
    );
  });

  test("/api/containers has those that run, each with its addresses and what it exchanged", async () => {
    const { containers, total } = (await ask<ContainersPage>("/api/containers?limit=10000")).answer;
    assert.equal(containers.length, total);
    assert.ok(!containers.some(({ name }) => name === EARLY), "one that has ended");
    const server = containers.find(({ name }) => name === SERVER);
    assert.deepEqual(server?.addresses, [await rig.peers.addressOf(SERVER)]);
    assert.deepEqual([server?.sent_bytes, server?.received_bytes], [4 * BRIEF_RESPONSE, 4 * BRIEF_REQUEST]);
  });
});
