import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { skip } from "./exporter/requirements.ts";
import { Rig } from "./exporter/rig.ts";
import { scrape, scrapeEdge } from "./exporter/scrape.ts";
import { BRIEF_BYTES, briefTalkOn } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";
import { compileWorkload } from "./lib/workload.ts";

const SERVER = "flowtally-test-honest";
const PORT = 7341;
const CONNECTIONS = 50;
const NAMESPACES = 12;
/** The kernel takes half a second to list so many of IPv6, for each namespace. */
const ROUTES = 15_000;
/** Datagrams a second in each of them, every one a flow of which the exporter must ask whether it is forged. */
const RATE = 100;
const WATCHED_SECONDS = 20;
/** Of the cycles, one of which is due each second, on a machine that others use too. */
const MAX_CYCLE_SECONDS = 3;

/** Any user can make network namespaces of his own, with as many addresses in them as he likes. */
describe("flow-exporter and network namespaces with huge routing tables", { skip }, () => {
  const rig = new Rig("namespaces");
  const attackers: ReturnType<typeof attack>[] = [];
  before(async () => {
    await rig.setUp();
    await rig.peers.container(SERVER, [], "answer", `${PORT}`, ...BRIEF_BYTES);
    const program = await compileWorkload("routes");
    for (let count = 0; count < NAMESPACES; count++) attackers.push(attack(program));
    await Promise.all(attackers.map(untilDone));
  });
  after(async () => {
    for (const attacker of attackers) attacker.kill();
    await Promise.all(attackers);
    await rig.remove();
  });

  test("its cycles stay short, and the flows of others exact", async (t) => {
    const address = await rig.peers.addressOf(SERVER);
    const longest = longestCycle(rig.exporter.url);
    await rig.peers.process("honest", ["brief", address, `${PORT}`, `${CONNECTIONS}`, ...BRIEF_BYTES]);
    const seconds = await longest;
    t.diagnostic(`longest cycle: ${seconds} s`);
    assert.ok(seconds < MAX_CYCLE_SECONDS, `a cycle took ${seconds} s`);
    await eventually(15, async () => {
      const edge = { source: "host/honest", destination: SERVER, port: PORT };
      assert.deepEqual(await scrapeEdge(rig.exporter.url, edge), briefTalkOn(CONNECTIONS));
    });
  });
});

function attack(program: string) {
  return execa(program, [`${ROUTES}`, `${RATE}`], { reject: false, buffer: { stdout: false, stderr: true } });
}

/** @throws Error with its words where it ends before. */
async function untilDone(attacker: ReturnType<typeof attack>): Promise<void> {
  for await (const line of createInterface(attacker.stdout)) if (line === "done") return;
  throw new Error(`the attack ended: ${(await attacker).stderr}`);
}

async function longestCycle(url: string): Promise<number> {
  const cycles: number[] = [];
  const end = performance.now() + WATCHED_SECONDS * 1000;
  while (performance.now() < end) {
    const text = await scrape(url);
    cycles.push(Number(text.match(/^flow_collect_duration_seconds (\S+)$/m)?.[1]));
    await sleep(1000);
  }
  return Math.max(...cycles);
}
