import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { FlowsPage } from "../../../exporters/flow-exporter/outputs/http/answers.ts";
import { skip } from "../../integration/exporter/requirements.ts";
import { Rig } from "../../integration/exporter/rig.ts";
import { BRIEF_BYTES, BYTES } from "../../integration/exporter/talk.ts";
import { eventually } from "../../integration/lib/eventually.ts";
import { filtersOf } from "../lib/filters.ts";
import { Hubble, linesOf, type ObservedFlow } from "../lib/hubble.ts";
import { NODE, servedAt } from "../lib/served.ts";
import { CACHE, DATABASE, openShops, PORT, SHOP, type Shops, STORE, TILL, WEB } from "../lib/shops.ts";

const SUBNET = { v4: "10.231.91.0/24", v6: "fd7a:11b7:c0de:91::/64" };
const CONNECTIONS = 3;
const DEADLINE_S = 20;
/** A process of the host. */
const SHOPPER = "shopper";

/** Each flow of the talk, from its client. */
const TALK = [
  `IPv4 TCP ${TILL} > ${DATABASE}:${PORT.database}`,
  `IPv4 UDP ${TILL} > ${CACHE}:${PORT.cache}`,
  `IPv4 TCP ${TILL} > ${DATABASE}:${PORT.refused}`,
  `IPv4 TCP ${TILL} > ${WEB}:${PORT.web}`,
  `IPv6 TCP ${TILL} > ${WEB}:${PORT.web}`,
  `IPv4 TCP ${SHOPPER} > ${WEB}:${PORT.published}`,
];

describe("the hubble CLI against a Docker host", { skip }, () => {
  const rig = new Rig("hubble", {
    tracerArgs: ["--udp", "on"],
    networkArgs: ["--subnet", SUBNET.v4, "--ipv6", "--subnet", SUBNET.v6],
  });
  let shops: Shops;
  let hubble: Hubble;
  /** When the talk began, and when it was over. */
  let since: string;
  let until: string;
  before(async () => {
    const served = await servedAt();
    await rig.setUp({ env: { ...served.env, FLOW_UDP: "on" } });
    hubble = await Hubble.at("--server", served.address);
    shops = await openShops();
    since = new Date().toISOString();
    await talk(shops);
    await eventually(DEADLINE_S, async () => assert.deepEqual(missingIn(await hubble.flows("--since", since)), []));
    until = new Date().toISOString();
  });
  after(async () => {
    await shops?.[Symbol.asyncDispose]();
    await hubble?.[Symbol.asyncDispose]();
    await rig.remove();
  });

  /** Each flow of the talk of which no event is among these. */
  const missingIn = (flows: readonly ObservedFlow[]) =>
    TALK.filter((one) => !flows.some((flow) => textOf(flow) === one));

  it("status says that the server is well, and what it has", async () => {
    const text = await hubble.says("status");
    assert.match(text, /^Healthcheck \(via .*\): Ok$/m);
    assert.match(text, /^Current\/Max Flows: [\d,]+\/[\d,]+ \(/m);
    assert.match(text, /^Flows\/s: \d+\.\d\d$/m);
    const status = JSON.parse(await hubble.says("status", "-o", "json"));
    assert.ok(Number(status.seen_flows) > 2 * CONNECTIONS, JSON.stringify(status));
    assert.match(status.version, /flowtally/i);
    for (const format of ["dict", "table"]) assert.match(await hubble.says("status", "-o", format), /UPTIME/);
  });

  it("list nodes names this one", async () => {
    const [head, ...rows] = (await hubble.says("list", "nodes")).trim().split("\n");
    assert.match(head ?? "", /^NAME +STATUS +AGE +FLOWS\/S +CURRENT\/MAX-FLOWS$/);
    assert.equal(rows.length, 1);
    assert.match(rows[0] ?? "", new RegExp(`^${NODE} +Connected +[\\dms]+ +[\\d.]+ +\\d+/\\d+ `));
    assert.match(await hubble.says("list", "nodes", "-o", "wide"), /VERSION +ADDRESS +TLS\n.*:\d+ +Disabled/);
    const nodes = JSON.parse(await hubble.says("list", "nodes", "-o", "json"));
    assert.deepEqual(
      nodes.map(({ name, state }: Record<string, string>) => [name, state]),
      [[NODE, "NODE_CONNECTED"]],
    );
  });

  it("list namespaces has Compose's projects", async () => {
    const lines = (await hubble.says("list", "namespaces")).trim().split("\n");
    assert.equal(lines[0], "NAMESPACE");
    assert.deepEqual(
      lines.filter((line) => line === SHOP || line === STORE),
      [SHOP, STORE],
    );
  });

  it("observe has the flows of /api/flows: the same addresses, ports and names", async () => {
    // What is asked of the past is made once a second, for all who ask.
    await eventually(DEADLINE_S, async () => {
      const flows = await hubble.flows("--since", since, "--until", until, "--namespace", STORE);
      const response = await fetch(`${rig.exporter.url}/api/flows?limit=10000`);
      const { flows: listed } = (await response.json()) as FlowsPage;
      const expected = listed.filter(({ source, destination }) => `${source} ${destination}`.includes(STORE));
      assert.equal(expected.length, CONNECTIONS + 2);
      assert.deepEqual([...new Set(flows.map(tupleOf))].sort(), expected.map(listedTupleOf).sort());
    });
  });

  it("observe leaves what its filters say, no more and no less", async (t) => {
    const bounds = ["--since", since, "--until", until];
    const address = await rig.peers.addressOf(TILL);
    for (const { words, is, mayBeNone = false } of filtersOf({
      address,
      subnet: SUBNET.v4,
      subnet6: SUBNET.v6,
      node: NODE,
    })) {
      // Others on this machine may have flows that are told of between the two questions.
      const leaves = async () => {
        const expected = (await hubble.flows(...bounds)).filter(is);
        assert.ok(mayBeNone || expected.length > 0, "nothing here is so");
        assert.deepEqual(uuidsOf(await hubble.flows(...bounds, ...words)), uuidsOf(expected));
      };
      await t.test(words.join(" "), () => eventually(DEADLINE_S, leaves));
    }
  });

  it("observe --last and --first count what they leave", async () => {
    const all = await hubble.flows("--all", "--namespace", STORE);
    assert.ok(all.length > 4);
    assert.deepEqual(uuidsOf(await hubble.flows("--last", "4", "--namespace", STORE)), uuidsOf(all.slice(-4)));
    assert.deepEqual(uuidsOf(await hubble.flows("--first", "4", "--namespace", STORE)), uuidsOf(all.slice(0, 4)));
    assert.equal((await hubble.flows()).length, 20);
  });

  it("observe --follow goes on with what comes, each event once", async () => {
    await using following = hubble.follow("--namespace", STORE, "--last", "1");
    await eventually(DEADLINE_S, () => assert.equal(following.lines.length, 1));
    await shops.run(TILL, "call", await rig.peers.addressOf(DATABASE), `${PORT.database}`, "2", ...BYTES);
    const opened = () => following.lines.slice(1).filter(({ flow }) => flow?.l4?.TCP?.flags?.SYN);
    await eventually(DEADLINE_S, () => assert.equal(opened().length, 2));
    const uuids = following.lines.map(({ flow }) => flow?.uuid);
    assert.equal(new Set(uuids).size, uuids.length);
  });

  it("prints compact, dict and table readably, and jsonpb as json", async () => {
    const words = ["--namespace", STORE, "--to-port", `${PORT.database}`, "--tcp-flags", "SYN", "--first", "1"];
    const ends = `${SHOP}/${TILL}:\\d+ (\\(ID:\\d+\\) -> )?${STORE}/${DATABASE}:${PORT.database}`;
    const compact = await hubble.says("observe", ...words);
    assert.match(
      compact,
      new RegExp(
        `^\\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}: ${ends} \\(ID:\\d+\\) to-\\w+ FORWARDED \\(TCP Flags: SYN.*\\)$`,
      ),
    );
    const table = await hubble.says("observe", "-o", "table", ...words);
    assert.match(table, /^TIMESTAMP +SOURCE +DESTINATION +TYPE +VERDICT +SUMMARY\n/);
    assert.match(
      table,
      new RegExp(`${SHOP}/${TILL}:\\d+ +${STORE}/${DATABASE}:${PORT.database} +to-\\w+ +FORWARDED +TCP Flags: SYN`),
    );
    const dict = await hubble.says("observe", "-o", "dict", ...words);
    for (const [key, value] of [
      ["SOURCE", `${SHOP}/${TILL}`],
      ["DESTINATION", `${STORE}/${DATABASE}`],
      ["VERDICT", "FORWARDED"],
    ])
      assert.match(dict, new RegExp(`^ *${key}: ${value}`, "m"));
    const [json, jsonpb] = await Promise.all(
      ["json", "jsonpb"].map((format) => hubble.says("observe", "-o", format, ...words)),
    );
    assert.deepEqual(linesOf(jsonpb ?? ""), linesOf(json ?? ""));
    assert.match(
      await hubble.says("observe", "--numeric", "--print-node-name", ...words),
      new RegExp(`\\[${NODE}\\]: [\\d.]+:\\d+ `),
    );
  });

  it("has no events of an agent, and says of a filter that it cannot be", async () => {
    for (const kind of ["agent-events", "debug-events"]) assert.equal(await hubble.says("observe", kind), "");
    const faults: [string[], RegExp][] = [
      [["--ip", "10.0.0.0/99"], /10\.0\.0\.0\/99/],
      [["--http-path", "/a/.*"], /http_path/],
      [["--cel-expression", "true"], /cel_expression/],
    ];
    for (const [words, named] of faults) {
      const wrong = await hubble.run("observe", ...words);
      assert.notEqual(wrong.exitCode, 0);
      assert.match(wrong.stderr, named);
    }
  });

  /** TCP and UDP between the projects, a connect that is refused, IPv6, and a process of the host at a published port. */
  async function talk({ run }: Shops): Promise<void> {
    const [database, cache] = await Promise.all([DATABASE, CACHE].map((name) => rig.peers.addressOf(name)));
    if (!database || !cache) throw new Error("a container has no address");
    await run(TILL, "call", database, `${PORT.database}`, `${CONNECTIONS}`, ...BYTES);
    await run(TILL, "ask", cache, `${PORT.cache}`, "5", "600");
    await run(TILL, "scan", database, `${PORT.refused}`, "1");
    for (const address of [await rig.peers.addressOf(WEB), await rig.peers.addressOf(WEB, 6)])
      await run(TILL, "brief", address, `${PORT.web}`, `${CONNECTIONS}`, ...BRIEF_BYTES);
    const published = ["brief", "127.0.0.1", `${PORT.published}`, `${CONNECTIONS}`, ...BRIEF_BYTES];
    await rig.peers.process(SHOPPER, published);
  }
});

function textOf(flow: ObservedFlow): string {
  const { client, server, protocol } = endsOf(flow);
  return `${flow.IP.ipVersion} ${protocol} ${client.name} > ${server.name}:${server.port}`;
}

/** Client, server and protocol of an event, in whichever direction it was. */
function tupleOf(flow: ObservedFlow): string {
  const { client, server, protocol } = endsOf(flow);
  const words = [client, server].flatMap(({ name, address, port }) => [name, address, port]);
  return [...words, protocol.toLowerCase()].join(" ");
}

/** The same of a flow that `/api/flows` lists. */
function listedTupleOf(flow: FlowsPage["flows"][number]): string {
  const client = [flow.source, flow.source_address, flow.source_port];
  return [...client, flow.destination, flow.destination_address, flow.destination_address_port, flow.protocol].join(
    " ",
  );
}

/** Whoever has begun it, whichever end an event is told of. */
function endsOf(flow: ObservedFlow) {
  const protocol = flow.l4?.TCP ? "TCP" : "UDP";
  const end = (which: "source" | "destination") => ({
    name: flow[which]?.pod_name || flow[which]?.workloads?.[0]?.name || "",
    address: flow.IP[which],
    port: flow.l4?.[protocol]?.[`${which}_port`],
  });
  const [source, destination] = [end("source"), end("destination")];
  return flow.is_reply
    ? { client: destination, server: source, protocol }
    : { client: source, server: destination, protocol };
}

function uuidsOf(flows: readonly ObservedFlow[]): string[] {
  return flows.map(({ uuid }) => uuid);
}
