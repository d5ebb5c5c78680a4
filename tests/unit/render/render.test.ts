import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StartError } from "../../../start/errors.ts";
import { renderError } from "../../../start/render/error.ts";
import { renderStatus } from "../../../start/render/status.ts";
import type { HubbleState } from "../../../start/stack/hubble-state.ts";
import type { StoreState } from "../../../start/stack/store-state.ts";

describe("what the launcher prints", () => {
  it("gives an error's code, what, why and fix, each reason on its own line", () => {
    const error = new StartError("PORT_BUSY", {
      what: "cannot listen on 9090",
      why: "pid 412\npid 413",
      fix: "change it",
    });
    assert.equal(
      renderError(error),
      "\nPORT_BUSY: cannot listen on 9090\n  why: pid 412\n       pid 413\n  fix: change it\n",
    );
  });

  it("says that another checkout has started what runs, and whether its settings are known", () => {
    const statusFrom = (settingsKnown: boolean) =>
      renderStatus({
        services: [],
        tracer: null,
        store: null,
        remoteWrite: null,
        cilium: null,
        hubble: null,
        leftOut: [],
        startedFrom: { folder: "/old", settingsKnown },
      });
    assert.match(statusFrom(true), /^Started from \/old, with the settings used there$/m);
    assert.match(statusFrom(false), /^Started from \/old, which did not record its settings; .*--config$/m);
  });

  it("says how to start what does not run", () => {
    const statusOf = (state: string) =>
      renderStatus({
        services: [{ service: "prometheus", state, health: "none" }],
        tracer: null,
        store: null,
        remoteWrite: null,
        cilium: null,
        hubble: null,
        leftOut: [],
      });
    assert.match(statusOf("absent"), /^Nothing is running; start it with npm start$/m);
    assert.doesNotMatch(statusOf("running"), /npm start/);
  });

  it("says how sending to a remote storage goes, once there is one", () => {
    const lineOf = (behind_seconds: number, refused_recently: number) => {
      const remoteWrite = { storage: "https://metrics.example", behind_seconds, refused_recently };
      return renderStatus({
        services: [],
        tracer: null,
        store: null,
        remoteWrite,
        cilium: null,
        hubble: null,
        leftOut: [],
      }).split("\n")[2];
    };
    assert.equal(lineOf(4.2, 0), "remote write: to https://metrics.example, up to date");
    assert.equal(
      lineOf(3600.4, 1200),
      "remote write: to https://metrics.example, 3,600 s behind; 1,200 samples refused within five minutes, and lost",
    );
  });

  it("says which parts of Cilium answer, and on which nodes no agent does", () => {
    const answering = { "cilium-agent": 1, "cilium-operator": 1, "cilium-envoy": 0, hubble: 1, "hubble-relay": 0 };
    const lineOf = (nodes: number, agentless: { node: string; reason: string }[]) => {
      const cilium = { nodes, answering, agentless };
      const report = { services: [], tracer: null, store: null, remoteWrite: null, cilium, hubble: null, leftOut: [] };
      return renderStatus(report).split("\n")[2];
    };
    const parts = "cilium-agent 1, cilium-operator 1, cilium-envoy 0, hubble 1, hubble-relay 0";
    assert.equal(lineOf(1, []), `cilium: of 1 node answer ${parts}`);
    assert.equal(
      lineOf(2, [{ node: "b", reason: "connection refused" }]),
      `cilium: of 2 nodes answer ${parts}; no agent answers on b: connection refused`,
    );
  });

  it("says where Hubble's clients are answered, and why they are not", () => {
    const lineOf = (state: Partial<HubbleState>) => {
      const hubble = { at: "127.0.0.1:4245", tls: false, up: true, reason: "", ...state };
      const report = { services: [], tracer: null, store: null, remoteWrite: null, cilium: null, hubble, leftOut: [] };
      return renderStatus(report).split("\n")[2];
    };
    assert.equal(lineOf({}), "hubble: clients are answered at 127.0.0.1:4245");
    assert.equal(lineOf({ up: null, tls: true }), "hubble: clients will be answered at 127.0.0.1:4245 by TLS");
    assert.equal(
      lineOf({ up: false, reason: "no such certificate" }),
      "hubble: clients are not answered at 127.0.0.1:4245: no such certificate",
    );
  });

  it("says how writing to the store goes, once there is one", () => {
    const lineOf = (state: Partial<StoreState>) => {
      const store = { up: true, reason: "", waiting_bytes: 0, dropped: 0, ...state };
      return renderStatus({
        services: [],
        tracer: null,
        store,
        remoteWrite: null,
        cilium: null,
        hubble: null,
        leftOut: [],
      }).split("\n")[2];
    };
    assert.equal(lineOf({ waiting_bytes: 4_099 }), "flow store: written");
    assert.equal(lineOf({ up: null }), "flow store: not written yet");
    assert.equal(
      lineOf({ up: false, reason: "UNREACHABLE: no route", waiting_bytes: 20 * 1024 * 1024, dropped: 1200 }),
      "flow store: not written: UNREACHABLE: no route; 20 MiB wait on disk; 1,200 rows lost",
    );
  });

  it("lines the status up and tells what was left out", () => {
    const text = renderStatus({
      services: [
        {
          service: "prometheus",
          state: "running",
          health: "healthy",
          url: "http://127.0.0.1:9090",
          memory: { used: 52428800, limit: 1073741824 },
        },
        { service: "grafana", state: "absent", health: "none" },
      ],
      tracer: {
        udp_mode: "cgroup",
        table_room: { flows: 262_144, closed: 65_536, udp: 65_536 },
        table_bytes: 63_963_136,
        refused_runs: 0,
      },
      store: null,
      remoteWrite: null,
      cilium: null,
      hubble: null,
      leftOut: [{ part: "grafana", reason: "no image" }],
    });
    assert.equal(
      text,
      [
        "SERVICE     STATE    HEALTH   MEMORY          URL",
        "prometheus  running  healthy  50 of 1024 MiB  http://127.0.0.1:9090",
        "grafana     absent   none     -               -",
        "",
        "flow-tracer: room for 262,144 open flows, 65,536 closed, 65,536 UDP, 61 MiB of kernel memory; UDP counted at the root cgroup",
        "Unavailable: grafana (no image)",
        "",
      ].join("\n"),
    );
  });
});
