import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { STATUS } from "../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { orSkip } from "../lib/or-skip.ts";
import { type LoneExporter, startAlone } from "./exporter/alone.ts";
import { createCrowdedHost } from "./exporter/crowded-host.ts";
import { type Heart, startHeart } from "./exporter/heart.ts";
import { scrape } from "./exporter/scrape.ts";
import { type LimitedGroup, limitedGroup } from "./lib/control-group.ts";
import { eventually } from "./lib/eventually.ts";

/** FLOW_EXPORTER_MEMORY as it is shipped. */
const LIMIT = 512 * 1024 * 1024;
const [TCP, UDP] = [200_000, 70_000];
const LARGE = "/api/flows?limit=10000&sort=-sent_bytes";
/** All that a tracer can do, UDP among it. */
const PARTS = Object.values(STATUS).reduce((flags, flag) => flags | flag, 0);
const ROUNDS = 4;

const group = await limitedGroup("flowtally-test-memory", LIMIT);

describe("flow-exporter in 512 MB", { skip: orSkip(!group && "needs control groups that limit memory") }, () => {
  let folder: string;
  let exporter: LoneExporter;
  let heart: Heart;
  before(async () => {
    folder = await mkdtemp(`${tmpdir()}/flowtally-memory-`);
    const pins = await createCrowdedHost(folder, { tcp: TCP, udp: UDP });
    heart = startHeart(pins, { flags: PARTS });
    const { command } = group as LimitedGroup;
    const files = { FLOW_STATE: `${folder}/state`, FLOW_STORE: `${folder}/flows.db` };
    const env = { FLOW_PINS: pins, FLOW_UDP: "on", ...files, DOCKER_SOCKET: `${folder}/none` };
    exporter = await startAlone({ within: command, env });
  });
  after(async () => {
    heart?.stop();
    await exporter?.stop();
    await group?.remove();
    await rm(folder, { recursive: true });
  });

  const metric = async (name: string) => {
    const value = new RegExp(`^${name} (\\S+)$`, "m").exec(await scrape(exporter.url))?.[1];
    return value === undefined ? undefined : Number(value);
  };

  test(`${TCP} sockets and ${UDP} UDP flows: it says how many it has room for, and how many it left out`, async (t) => {
    await eventually(40, async () => assert.equal(await metric("flow_rows"), TCP));
    const { sockets } = (await (await fetch(`${exporter.url}/healthz`)).json()) as {
      sockets: { room: { tcp: number; udp: number }; left_out: { tcp: number; udp: number } };
    };
    t.diagnostic(JSON.stringify(sockets));
    const { room, left_out: leftOut } = sockets;
    assert.deepEqual(leftOut, { tcp: TCP - room.tcp, udp: UDP - room.udp });
    assert.ok(room.tcp >= 30_000 && room.udp >= 60_000, "UDP comes first, and a quarter of the room is TCP's");
    assert.equal(await metric('flow_sockets_left_out\\{protocol="tcp"\\}'), leftOut.tcp);
    const { total, left_out } = (await (await fetch(`${exporter.url}/api/flows?limit=1`)).json()) as {
      total: number;
      left_out: number;
    };
    assert.deepEqual([total, left_out], [room.tcp + room.udp, leftOut.tcp + leftOut.udp]);
  });

  test("the store gets each that there is room for", async () => {
    const { total } = (await (await fetch(`${exporter.url}/api/flows?limit=1`)).json()) as { total: number };
    await eventually(100, () => assert.equal(stored(`${folder}/flows.db`), total));
    const { store } = (await (await fetch(`${exporter.url}/healthz`)).json()) as { store: { dropped: number } };
    assert.equal(store.dropped, 0);
  });

  test("of eight large answers at once one is given, and the others are answered when to come again", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const response = await fetch(exporter.url + LARGE);
          const text = await response.text();
          if (response.status === 200) assert.equal((JSON.parse(text) as { flows: [] }).flows.length, 10_000);
          return [response.status, response.headers.get("retry-after")];
        }),
      );
      assert.ok(asked.some(([status]) => status === 200));
      assert.ok(asked.every(([status, retry]) => status === 200 || (status === 503 && retry === "5")));
      await scrape(exporter.url);
    }
  });

  test("it is the process that was started, and has had memory to spare", async (t) => {
    await scrape(exporter.url);
    assert.equal(exporter.exitCode(), undefined);
    const peak = await (group as LimitedGroup).peak();
    t.diagnostic(`${Math.round(peak / 1e6)} MB at most`);
    assert.deepEqual(
      exporter.lines.filter((line) => /heap/.test(line)),
      [],
    );
  });
});

/** Transactions in a database. */
function stored(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(database.prepare("SELECT count(*) AS number FROM transactions").get()?.number);
  } finally {
    database.close();
  }
}
