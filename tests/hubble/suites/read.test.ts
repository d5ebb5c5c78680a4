import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { FlowsPage, Graph, Health } from "../../../exporters/flow-exporter/outputs/http/answers.ts";
import { skip } from "../../integration/exporter/requirements.ts";
import { type RunningExporter, startExporter } from "../../integration/exporter/unprivileged.ts";
import { eventually } from "../../integration/lib/eventually.ts";
import { CALLER, CONNECTIONS, PORT, SERVER, startNodes, type TwoNodes } from "../lib/nodes.ts";
import { type Relay, startRelay } from "../lib/relay.ts";

/** Longer than the longest pause from one try to the next. */
const DEADLINE_S = 60;

describe("an exporter that reads the real relay, and the file that the real CLI writes", { skip }, () => {
  let nodes: TwoNodes;
  let relay: Relay;
  let folder: string;
  let writing: AsyncDisposable;
  let reader: RunningExporter;
  let origins: { relay: string; file: string };
  before(async () => {
    nodes = await startNodes();
    relay = await startRelay(nodes.addresses[0]);
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-hubble-read-"));
    await chmod(folder, 0o755);
    const file = path.join(folder, "flows.json");
    writing = await relay.hubble.followInto(file);
    origins = { relay: `hubble:${relay.address}`, file: `hubble-file:${file}` };
    reader = await startExporter("/nowhere", { env: { FLOW_SOURCES: Object.values(origins).join() } });
    await eventually(DEADLINE_S, async () => {
      const { sources } = await ask<Health>("/healthz");
      for (const name of Object.values(origins)) assert.equal(sources[name]?.up, true, JSON.stringify(sources));
    });
  });
  after(async () => {
    await reader?.stop();
    await writing?.[Symbol.asyncDispose]();
    await relay?.[Symbol.asyncDispose]();
    await nodes?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true });
  });

  const ask = async <Answer>(where: string) => (await (await fetch(`${reader.url}${where}`)).json()) as Answer;

  /** What is told of the connections of a caller: by whom, how many events, and of which verdicts. */
  const told = async (caller: string) => {
    const { links } = await ask<Graph>("/api/graph");
    const link = links.find(({ source, destination }) => source === caller && destination === SERVER);
    assert.equal(link?.destination_port, PORT);
    return Object.fromEntries(link.observed.map(({ origin, events, verdicts }) => [origin, { events, verdicts }]));
  };
  /** Each connection begins once, and both nodes tell of that. */
  const both = { events: 2 * CONNECTIONS, verdicts: [{ name: "FORWARDED", count: 2 * CONNECTIONS }] };

  it("shows what both nodes tell of each connection, by each origin, between the containers that have the addresses", async () => {
    await nodes.call();
    await eventually(DEADLINE_S, async () =>
      assert.deepEqual(await told(`${CALLER}-1`), { [origins.relay]: both, [origins.file]: both }),
    );
    const { flows } = await ask<FlowsPage>(`/api/flows?port=${PORT}&limit=1000`);
    const ends = flows.map(({ source, destination }) => `${source} > ${destination}`);
    assert.deepEqual(new Set(ends), new Set([`${CALLER}-1 > ${SERVER}`]));
  });

  it("says that a relay has gone, and goes on with the next one at its address, counting nothing twice", async () => {
    const { address } = relay;
    await relay[Symbol.asyncDispose]();
    await eventually(DEADLINE_S, async () => {
      const { sources } = await ask<Health>("/healthz");
      assert.equal(sources[origins.relay]?.up, false);
    });
    relay = await startRelay(nodes.addresses[0], { address });
    await eventually(DEADLINE_S, async () => {
      const { sources } = await ask<Health>("/healthz");
      assert.equal(sources[origins.relay]?.up, true, JSON.stringify(sources[origins.relay]));
    });
    await nodes.call();
    await eventually(DEADLINE_S, async () => assert.deepEqual((await told(`${CALLER}-2`))[origins.relay], both));
    assert.deepEqual((await told(`${CALLER}-1`))[origins.relay], both);
  });
});
