import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { Condition } from "../../../../exporters/flow-exporter/model/container.ts";
import type { ObservedFlow } from "../../../../exporters/flow-exporter/model/flow-record.ts";
import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import type { FlowWork } from "../../../../exporters/flow-exporter/model/work.ts";
import { createApp } from "../../../../exporters/flow-exporter/outputs/http/app.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import type { View } from "../../../../exporters/flow-exporter/outputs/view.ts";
import { silent } from "../lib/log.ts";
import type { End, SocketValues } from "../lib/rows.ts";
import { SOCKETS } from "../lib/sockets.ts";
import { viewOf } from "../lib/view.ts";
import { HOST_ADDRESS, idOf } from "../lib/world.ts";

interface FlowJson {
  source: string;
  destination: string;
  [field: string]: unknown;
}

const SECOND_NS = 1e9;
const AMOUNTS = { readBytes: 2, writtenBytes: 3, minorFaults: 4, majorFaults: 5, residentBytes: 6 };
const WORK: FlowWork = {
  pid: 8,
  comm: "brief",
  before: { cpuSeconds: 1, ...AMOUNTS },
  during: { cpuSeconds: 7, ...AMOUNTS },
};

/** One that was reset after 2.5 s, one that was refused. */
const ENDED: [SocketValues, End][] = [
  [
    {
      cookie: 90,
      source: `${HOST_ADDRESS}:50001`,
      destination: "203.0.113.5:7",
      role: ROLE.client,
      comm: "brief",
      sent: 77,
      start: 10 * SECOND_NS,
    },
    { sequence: 1, endNs: 12.5 * SECOND_NS, error: 104 },
  ],
  [
    {
      cookie: 91,
      source: `${HOST_ADDRESS}:50002`,
      destination: "203.0.113.5:8",
      role: ROLE.client,
      comm: "refused",
      start: 20 * SECOND_NS,
    },
    { sequence: 2, endNs: 20 * SECOND_NS, error: 111, lastState: 2 },
  ],
];

const THIS_NODE = { node: "lab", shown: "this", nodes: ["lab"], reason: null, since: null, edges_left_out: 0 };

describe("over HTTP", () => {
  let server: Server;
  let current: View = viewOf(SOCKETS);
  const view = new Proxy({} as View, { get: (_target, name) => current[name as keyof View] });
  before(async () => {
    server = createServer(createApp(view, createMetrics(view), { pages: {}, allowedHosts: [], log: silent })).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
  });
  after(() => server.close());

  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const askFlows = async (query: string) => {
    const { status, text } = await ask(`/api/flows${query}`);
    assert.equal(status, 200, text);
    return JSON.parse(text) as { total: number; limit: number; offset: number; origins: string[]; flows: FlowJson[] };
  };

  test("/metrics has the Prometheus text format's type", async () => {
    const { status, headers, text } = await ask("/metrics");
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    assert.match(text, /^flow_rows 4$/m);
  });

  describe("/api/flows", () => {
    test("a flow is told from the client's side", async () => {
      const { flows, ...page } = await askFlows("?port=5432");
      assert.deepEqual(page, { scope: THIS_NODE, total: 1, limit: 100, offset: 0, left_out: 7, origins: ["kernel"] });
      assert.deepEqual(flows, [
        {
          source: "web",
          destination: "db",
          source_node: "lab",
          destination_node: "lab",
          halves: "both",
          destination_port: 5432,
          protocol: "tcp",
          source_address: "172.18.0.2",
          source_port: 40000,
          destination_address: "172.18.0.3",
          destination_address_port: 5432,
          sent_bytes: 4099,
          received_bytes: 1031,
          retransmits: 0,
          rtt_seconds: 0,
          state: "ESTABLISHED",
          failed: false,
          error: null,
          start: null,
          end: null,
          pid: 200,
          comm: "nginx",
          work: null,
          origin: "kernel",
          observed: null,
        },
      ]);
    });

    test("container= takes either end", async () => {
      assert.deepEqual(
        (await askFlows("?container=web")).flows.map(({ source, destination }) => `${source} > ${destination}`),
        ["web > db", "web > world", 'host/a "b"\\c > web'],
      );
      assert.equal((await askFlows("?container=nobody")).total, 0);
    });

    for (const [search, ends] of [
      ["EB", ["web > db", "web > world", 'host/a "b"\\c > web']],
      ["172.18.0.3", ["web > db"]],
      ["ngin", ["web > db"]],
      ["nobody", []],
    ] as const) {
      test(`search=${search} takes a part of a name, an address or a process, in any case`, async () => {
        const { flows } = await askFlows(`?search=${search}`);
        assert.deepEqual(
          flows.map(({ source, destination }) => `${source} > ${destination}`),
          ends,
        );
      });
    }

    test("source_port= takes the client's port", async () => {
      const { flows } = await askFlows("?source_port=40000");
      assert.deepEqual(
        flows.map(({ source, destination }) => `${source} > ${destination}`),
        ["web > db"],
      );
    });

    test("monitoring=0 leaves the monitoring stack's own flows out", async () => {
      const ends = ({ flows }: { flows: FlowJson[] }) =>
        flows.map(({ source, destination }) => `${source} > ${destination}`);
      const all = ends(await askFlows(""));
      current = viewOf(SOCKETS, { ownContainers: () => new Set([idOf("b")]) });
      assert.deepEqual(ends(await askFlows("")), all);
      assert.deepEqual(
        ends(await askFlows("?monitoring=0")),
        all.filter((one) => !one.includes("db")),
      );
      current = viewOf(SOCKETS);
    });

    test("limit and offset take a page of the whole", async () => {
      const { total, flows } = await askFlows("?limit=1&offset=1");
      assert.deepEqual([total, flows.map(({ destination }) => destination)], [3, ["world"]]);
    });

    describe("with flows that others tell of", () => {
      const [one = assert.fail("no flow")] = viewOf(SOCKETS).flows();
      const told: ObservedFlow = {
        ...{ origin: "hubble:relay:4245", verdict: "DROPPED", dropReason: "POLICY_DENIED", node: "b" },
        ...{ isReply: undefined, events: 3, replies: 1 },
        l7: {
          type: "RESPONSE",
          latencyNs: 2_500_000,
          http: { code: 503, method: "GET", url: "http://db/x", protocol: "HTTP/1.1" },
          dns: undefined,
        },
      };
      before(() => {
        current = viewOf(SOCKETS, { flows: () => [one, { ...one, observed: told }] });
      });
      after(() => {
        current = viewOf(SOCKETS);
      });

      test("tells what they say, and who", async () => {
        const { flows, ...page } = await askFlows("?origin=hubble:relay:4245");
        assert.deepEqual({ ...page }.origins, ["kernel", "hubble:relay:4245"]);
        assert.deepEqual(
          flows.map(({ origin, observed }) => ({ origin, observed })),
          [
            {
              origin: "hubble:relay:4245",
              observed: {
                ...{
                  verdict: "DROPPED",
                  drop_reason: "POLICY_DENIED",
                  node: "b",
                  is_reply: null,
                  events: 3,
                  replies: 1,
                },
                l7: {
                  ...{ type: "RESPONSE", latency_seconds: 0.0025, dns: null },
                  http: { code: 503, method: "GET", url: "http://db/x", protocol: "HTTP/1.1" },
                },
              },
            },
          ],
        );
      });

      for (const [query, origins] of [
        ["", ["kernel", "hubble:relay:4245"]],
        ["?origin=kernel", ["kernel"]],
        ["?verdict=DROPPED", ["hubble:relay:4245"]],
        ["?verdict=FORWARDED", []],
        ["?verdict=DROPPED&origin=kernel", []],
        ["?origin=hubble-metrics", []],
      ] as const) {
        test(`${query} takes those of whoever tells it`, async () => {
          assert.deepEqual(
            (await askFlows(query)).flows.map(({ origin }) => origin),
            origins,
          );
        });
      }
    });

    describe("with flows that ended", () => {
      before(() => {
        const all = viewOf(SOCKETS, {}, ENDED);
        const worked = [...all.flows()].map((flow) => (flow.comm === "brief" ? { ...flow, work: WORK } : flow));
        current = { ...all, flows: () => worked };
      });
      after(() => {
        current = viewOf(SOCKETS);
      });
      const described = async (query: string) =>
        (await askFlows(query)).flows.map(({ comm, state, error }) => [comm, state, error].filter(Boolean).join(" "));

      test("tells when and how each ended, and what its process did", async () => {
        const { flows } = await askFlows("?port=7");
        assert.ok(flows[0]);
        const { start, end, state, failed, error, work } = flows[0];
        assert.deepEqual(
          { start, end, state, failed, error },
          {
            start: "2030-01-01T00:00:10.000Z",
            end: "2030-01-01T00:00:12.500Z",
            state: "CLOSE",
            failed: false,
            error: "ECONNRESET",
          },
        );
        const amounts = { read_bytes: 2, written_bytes: 3, minor_faults: 4, major_faults: 5, resident_bytes: 6 };
        const { before: early, during } = work as { before: object; during: object };
        assert.deepEqual(early, { cpu_seconds: 1, ...amounts });
        assert.deepEqual(during, { cpu_seconds: 7, ...amounts });
      });

      for (const [query, expected] of [
        ["?state=closed", ["brief CLOSE ECONNRESET", "refused CLOSE ECONNREFUSED"]],
        ["?state=failed", ["refused CLOSE ECONNREFUSED"]],
        ["?state=ESTABLISHED", ["nginx ESTABLISHED", 'a "b"\\c ESTABLISHED']],
        ["?state=closed&since=2030-01-01T00:00:13Z", ["refused CLOSE ECONNREFUSED"]],
        ["?state=closed&since=2030-01-01T01:00:13.0%2B01:00", ["refused CLOSE ECONNREFUSED"]],
        [
          `?state=closed&since=${Date.UTC(2030, 0, 1) / 1000 + 12}`,
          ["brief CLOSE ECONNRESET", "refused CLOSE ECONNREFUSED"],
        ],
        ["?protocol=udp", []],
        ["?sort=-sent_bytes&limit=2", ["nginx ESTABLISHED", "brief CLOSE ECONNRESET"]],
        ["?sort=sent_bytes&state=closed", ["refused CLOSE ECONNREFUSED", "brief CLOSE ECONNRESET"]],
        ["?sort=-end&state=closed", ["refused CLOSE ECONNREFUSED", "brief CLOSE ECONNRESET"]],
      ] as const) {
        test(query, async () => assert.deepEqual(await described(query), expected));
      }
    });

    test("?sort=-bytes counts both directions", async () => {
      const [one = assert.fail("no flow")] = viewOf(SOCKETS).flows();
      const sizes = [
        { comm: "asks", sentBytes: 7, receivedBytes: 0 },
        { comm: "answers", sentBytes: 1, receivedBytes: 8 },
        { comm: "both", sentBytes: 5, receivedBytes: 3 },
      ];
      current = viewOf(SOCKETS, { flows: () => sizes.map((size) => ({ ...one, ...size })) });
      const { flows } = JSON.parse((await ask("/api/flows?sort=-bytes")).text);
      current = viewOf(SOCKETS);
      assert.deepEqual(
        flows.map(({ comm }: { comm: string }) => comm),
        ["answers", "both", "asks"],
      );
    });

    test("flows of the same rank come in the same order, however they are stored", async () => {
      const [one = assert.fail("no flow")] = viewOf(SOCKETS).flows();
      const alike = [
        { comm: "old", startNs: 1, cookie: 9, incarnation: 0 },
        { comm: "new", startNs: 2, cookie: 1, incarnation: 0 },
        { comm: "first", startNs: 1, cookie: 5, incarnation: 0 },
        { comm: "second", startNs: 1, cookie: 5, incarnation: 1 },
      ].map((values) => ({ ...one, ...values, sentBytes: 7, receivedBytes: 7 }));
      for (const flows of [alike, alike.toReversed()]) {
        current = viewOf(SOCKETS, { flows: () => flows });
        for (const sort of ["bytes", "-bytes"]) {
          const answer = JSON.parse((await ask(`/api/flows?sort=${sort}`)).text);
          assert.deepEqual(
            answer.flows.map(({ comm }: { comm: string }) => comm),
            ["new", "old", "second", "first"],
          );
        }
      }
      current = viewOf(SOCKETS);
    });

    for (const [query, message] of [
      ["?state=sleeping", /^state must be open, closed, .* or NEW_SYN_RECV \(given: "sleeping"\)\.$/],
      ["?since=yesterday", /^since must be seconds since 1970 or a date like \S+ \(given: "yesterday"\)\.$/],
      ["?sort=colour", /^sort must be bytes, .* or -end \(given: "colour"\)\.$/],
      ["?protocol=icmp", /^protocol must be tcp or udp \(given: "icmp"\)\.$/],
      ["?origin=nope", /^origin must be kernel, hubble:relay:4245 or hubble-metrics \(given: "nope"\)\.$/],
      ["?port=0", /^port must be 1–65535 \(given: "0"\)\.$/],
      ["?port=0x50", /^port must be 1–65535 \(given: "0x50"\)\.$/],
      ["?port=%2080", /^port must be 1–65535 \(given: " 80"\)\.$/],
      ["?limit=1e3", /^limit must be 1–10000 \(given: "1e3"\)\.$/],
      ["?offset=", /^offset must be a whole number, 0 or more \(given: ""\)\.$/],
      ["?offset=99999999999999999", /^offset must be a whole number, 0 or more /],
      ["?since=last+5", /^since must be seconds since 1970 or a date like \S+ \(given: "last 5"\)\.$/],
      ["?since=2030-13-01", /^since must be seconds since 1970 or a date like/],
      ["?since=2030-02-31", /^since must be seconds since 1970 or a date like/],
      ["?port=8.5", /^port must be 1–65535 \(given: "8\.5"\)\.$/],
      ["?container=", /^container must be the name of an endpoint \(given: ""\)\.$/],
      ["?limit=10001", /^limit must be 1–10000 \(given: "10001"\)\.$/],
      ["?offset=-1&limit=x", /^limit must .*\. offset must be a whole number, 0 or more \(given: "-1"\)\.$/],
      ["?colour=red", /^Unknown parameter: colour\. This path takes container, .* and offset\.$/],
      ["?container=a&container=b", /^container is given 2 times, and only one can be meant: give it once\.$/],
    ] as const) {
      test(`${query} is refused, and every fault told in a sentence`, async () => {
        const { status, text } = await ask(`/api/flows${query}`);
        assert.equal(status, 400);
        const { error } = JSON.parse(text);
        assert.equal(error.code, "BAD_QUERY");
        assert.match(error.message, message);
      });
    }
  });

  test("gives back no more of a value than tells which one is meant", async () => {
    const { error } = JSON.parse((await ask(`/api/flows?limit=${"9".repeat(5_000)}`)).text);
    assert.match(error.message, /^limit must be 1–10000 \(given: "9{120}"…\)\.$/);
  });

  test("names a few of hundreds of parameters that are not known", async () => {
    const query = Array.from({ length: 900 }, (_, index) => `x${index}=1`).join("&");
    const { error } = JSON.parse((await ask(`/api/flows?${query}`)).text);
    assert.match(
      error.message,
      /^Unknown parameters: x0, x1, x2, x3, x4 and 895 more\. This path takes [a-z_, ]{1,300}\.$/,
    );
  });

  describe("/api/graph", () => {
    const withStack = viewOf(SOCKETS, { ownContainers: () => new Set([idOf("b")]) });
    after(() => {
      current = viewOf(SOCKETS);
    });
    const askGraph = async (query = "") => JSON.parse((await ask(`/api/graph${query}`)).text);

    test("has each endpoint once, and each edge with its bytes and with what goes over it just now", async () => {
      current = viewOf(SOCKETS);
      const { nodes, links } = await askGraph();
      assert.deepEqual(
        nodes.map(({ id, kind, state, health, sent_bytes, received_bytes }: Record<string, unknown>) => [
          id,
          kind,
          state,
          health,
          sent_bytes,
          received_bytes,
        ]),
        [
          ["web", "container", "running", "healthy", 4104, 1031],
          ["db", "container", "", "", 1031, 4099],
          ["world", "world", "", "", 0, 5],
          ['host/a "b"\\c', "process", "", "", 0, 0],
        ],
      );
      assert.deepEqual(links[0], {
        source: "web",
        destination: "db",
        source_node: "lab",
        destination_node: "lab",
        destination_port: 5432,
        protocol: "tcp",
        halves: "both",
        origins: ["kernel"],
        sent_bytes: 4099,
        received_bytes: 1031,
        connections: 1,
        opened: 1,
        closed: 0,
        failed: 0,
        retransmits: 0,
        per_second: { sent_bytes: 2_000, received_bytes: 500, opened: 1, failed: 0.5 },
        rtt_seconds: 0.0002,
        idle_seconds: 0,
        observed: [],
      });
    });

    test("tells what the processes of an endpoint have done, and do just now", async () => {
      const [web, db] = (await askGraph()).nodes;
      assert.deepEqual(web.work, {
        cpu_seconds: 1.25,
        read_bytes: 4096,
        written_bytes: 8192,
        resident_bytes: 5_000_000,
        per_second: { cpu_seconds: 0.25, read_bytes: 0, written_bytes: 512 },
      });
      assert.equal(db.work, null);
    });

    test("tells no rates while they are not known", async () => {
      current = viewOf(SOCKETS, { edgeRates: () => undefined });
      const [{ per_second, rtt_seconds }] = (await askGraph()).links;
      assert.deepEqual({ per_second, rtt_seconds }, { per_second: null, rtt_seconds: null });
    });

    test("tells for how long an edge has not been used", async () => {
      current = viewOf(SOCKETS, { sinceBootMs: () => 90_000 });
      const [{ idle_seconds }] = (await askGraph()).links;
      assert.equal(idle_seconds, 90);
    });

    test("leaves the monitoring stack's own traffic out, unless asked", async () => {
      current = withStack;
      const targets = ({ links }: { links: { destination: string }[] }) => links.map(({ destination }) => destination);
      assert.deepEqual(targets(await askGraph()), ["world", "web"]);
      assert.deepEqual(targets(await askGraph("?monitoring=1")), ["db", "world", "web"]);
    });

    test("refuses what it does not know", async () => {
      assert.equal((await ask("/api/graph?monitoring=yes")).status, 400);
      assert.equal((await ask("/api/graph?depth=2")).status, 400);
    });
  });

  test("/api/containers tells each container with its traffic and its work, in all and just now", async () => {
    const { total, containers } = JSON.parse((await ask("/api/containers?limit=2&offset=2")).text);
    assert.equal(total, 4);
    assert.deepEqual(
      containers.map(({ name, sent_bytes, received_bytes, cpu_seconds, published_ports }: Record<string, unknown>) => [
        name,
        sent_bytes,
        received_bytes,
        cpu_seconds,
        published_ports,
      ]),
      [
        ["sidecar", 0, 0, 0, []],
        ["web", 4104, 1031, 1.25, [{ protocol: "tcp", host_port: 8080, container_port: 80 }]],
      ],
    );
    const work = { cpu_seconds: 0.25, read_bytes: 0, written_bytes: 512 };
    assert.deepEqual(
      containers.map(({ per_second }: Record<string, unknown>) => per_second),
      [
        { sent_bytes: 0, received_bytes: 0, ...work },
        // It is the source of two edges, and the destination of one.
        { sent_bytes: 2 * 2_000 + 500, received_bytes: 2 * 500 + 2_000, ...work },
      ],
    );
    current = viewOf(SOCKETS, { workRates: () => undefined });
    const [unknown] = JSON.parse((await ask("/api/containers?limit=1")).text).containers;
    assert.equal(unknown.per_second, null);
    current = viewOf(SOCKETS);
  });

  describe("a container's condition", () => {
    const at = (time: string, condition: Partial<Condition> = {}) => {
      const sinceBootMs = () => Date.parse(time) - Date.UTC(2030, 0, 1);
      const [known] = [...viewOf([]).containers()].filter(({ endpoint }) => endpoint === "web");
      const web = known?.container ?? assert.fail("no web");
      const changed = { ...web, condition: { ...(web.condition ?? assert.fail()), ...condition } };
      current = viewOf(SOCKETS, {
        sinceBootMs,
        containers: () => [{ container: changed, endpoint: "web", services: [] }],
      });
    };
    const conditionIn = async (path: string, list: "containers" | "nodes") => {
      const [{ state, health, restarts, uptime_seconds }] = JSON.parse((await ask(path)).text)[list];
      return [state, health, restarts, uptime_seconds];
    };
    after(() => {
      current = viewOf(SOCKETS);
    });

    for (const [path, list] of [
      ["/api/containers", "containers"],
      ["/api/graph", "nodes"],
    ] as const) {
      test(`is in ${path}, its uptime as of the moment that is shown, be it recorded`, async () => {
        at("2030-01-31T12:01:30.750Z");
        assert.deepEqual(await conditionIn(path, list), ["running", "healthy", 3, 90]);
        at("2030-01-31T11:59:59Z");
        assert.deepEqual(await conditionIn(path, list), ["running", "healthy", 3, 0]);
        at("2030-01-31T12:01:30Z", { state: "restarting" });
        assert.deepEqual(await conditionIn(path, list), ["restarting", "healthy", 3, null]);
      });
    }

    test("is empty where only an event has named the container", async () => {
      current = viewOf(SOCKETS);
      const { containers } = JSON.parse((await ask("/api/containers?limit=1&offset=1")).text);
      const [{ state, health, restarts, uptime_seconds, started_at }] = containers;
      assert.deepEqual([state, health, restarts, uptime_seconds, started_at], ["", "", 0, null, null]);
    });
  });

  describe("/healthz", () => {
    const failing = (failures: number, up: boolean | undefined) =>
      viewOf([], { tracer: { name: "flow-tracer", up, reason: "the pin is gone", failures } });
    after(() => {
      current = viewOf(SOCKETS);
    });

    test("is 200 while rows come in", async () => {
      const docker = { name: "docker", up: false, reason: "timed out", failures: 9 };
      const udp = { name: "udp", up: undefined, reason: "off", failures: 0 };
      current = viewOf(SOCKETS, { sources: [current.tracer, docker, udp] });
      const { status, text } = await ask("/healthz");
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(text), {
        status: "ok",
        sources: {
          "flow-tracer": { up: true, reason: "" },
          docker: { up: false, reason: "timed out" },
          udp: { up: null, reason: "off" },
        },
        store: {
          ended: 7,
          dropped: 3,
          waiting: { entries: 2, bytes: 4_096 },
          errors: { UNREACHABLE: 5 },
          nat: { followed: true, absent: false, reason: "" },
        },
        recorder: null,
        recording: null,
        tracer: {
          udp_mode: "cgroup",
          table_room: { flows: 32_768, closed: 16_384, udp: 8_192 },
          table_bytes: 9_306_112,
          refused_runs: 3,
        },
        sockets: { room: { tcp: 96_000, udp: 62_000 }, left_out: { tcp: 5, udp: 2 } },
      });
    });

    test("has no word of a store where there is none", async () => {
      current = viewOf(SOCKETS, { store: () => undefined });
      assert.equal(JSON.parse((await ask("/healthz")).text).store, null);
    });

    test("bears two failed cycles, and is 503 with the reason after the third", async () => {
      current = failing(2, false);
      assert.equal((await ask("/healthz")).status, 200);
      current = failing(3, false);
      const { status, text } = await ask("/healthz");
      assert.equal(status, 503);
      assert.deepEqual(JSON.parse(text).error, { code: "NO_ROWS", message: "the pin is gone" });
    });

    test("is 503 once no cycle has ended for too long, whatever the sources say", async () => {
      current = viewOf([], { cycles: { ageSeconds: 29, maxSeconds: 30 } });
      assert.equal((await ask("/healthz")).status, 200);
      current = viewOf([], { cycles: { ageSeconds: 31, maxSeconds: 30 } });
      const { status, text } = await ask("/healthz");
      assert.equal(status, 503);
      const message = "no cycle has ended for 31 s: totals have stopped";
      assert.deepEqual(JSON.parse(text).error, { code: "NO_CYCLE", message });
    });

    test("says how it is with a recording that is made, also while no rows come in", async () => {
      const reason = "ENOSPC: no space left on device";
      const started_at = "2030-01-01T00:00:00.000Z";
      const status = { started_at, cycles: 7, lost_cycles: 1, bytes: 4_099, ending: "failed", reason } as const;
      const recorder = { state: "recording", ...status } as const;
      for (const values of [{}, { cycles: { ageSeconds: 31, maxSeconds: 30 } }]) {
        current = viewOf([], { ...values, recorder: () => recorder });
        assert.deepEqual(JSON.parse((await ask("/healthz")).text).recorder, recorder);
      }
    });

    test("says that a recording is shown, and how far", async () => {
      const recording = { recorded_at: "2030-01-01T00:00:00.000Z", cycles: 12, lost_cycles: 0, replayed: 5 };
      current = viewOf([], { replay: () => recording });
      assert.deepEqual(JSON.parse((await ask("/healthz")).text).recording, recording);
      const marked = async (where: string) => (await ask(where)).headers.get("x-flowtally-recorded-at");
      for (const where of ["/api/graph", "/healthz"]) assert.equal(await marked(where), recording.recorded_at, where);
      current = viewOf([]);
      assert.equal(await marked("/api/graph"), null);
    });

    test("is 503 until the first cycle is done", async () => {
      current = failing(0, undefined);
      assert.equal((await ask("/healthz")).status, 503);
    });
  });

  test("an unknown path is 404, another method 405, both with the error's shape", async () => {
    const unknown = await ask("/nothing");
    assert.equal(unknown.status, 404);
    assert.deepEqual(JSON.parse(unknown.text), { error: { code: "NOT_FOUND", message: "nothing is at /nothing" } });
    const post = await ask("/metrics", { method: "POST" });
    assert.deepEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
    assert.equal(JSON.parse(post.text).error.code, "METHOD_NOT_ALLOWED");
  });

  test("a fault of ours is 500, without its text", async () => {
    const flows = (): never => {
      throw new Error("secret");
    };
    current = viewOf([], { flows });
    const fault = await ask("/api/flows");
    current = viewOf(SOCKETS);
    assert.equal(fault.status, 500);
    assert.deepEqual(JSON.parse(fault.text), { error: { code: "INTERNAL", message: "the answer could not be made" } });
  });
});
