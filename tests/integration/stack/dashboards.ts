import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hasPmu } from "../../../start/checks/pmu.ts";
import { createHost } from "../../../start/lib/host.ts";
import { panelQueries } from "../lib/dashboards.ts";
import { eventually } from "../lib/eventually.ts";
import { createSandbox, type Sandbox } from "../lib/sandbox.ts";
import { named, SERVER, type Talk } from "../lib/talkers.ts";
import { containerOf, NAMES } from "../lib/test-stack.ts";
import type { Running } from "./running.ts";

const TALK: Talk = { server: named("drawn-server"), port: 7350, connections: 0, request: 3001, response: 1013 };
const CLIENT = named("drawn-client");

/** Queries without an answer where the host lacks what they ask for. */
const NO_PMU = ["Lab / LLC misses / A"];
const NO_GRAFANA = [
  "Lab / CPU of prometheus and grafana / B",
  "Lab / Memory of grafana / A",
  "Lab / Memory of grafana / B",
  "Lab / Memory of grafana / C",
  "Lab / Memory of grafana / limit",
];
/** The stack under test has no FLOW_STORE. */
const NO_STORE = [
  "Self-monitoring / Waiting for the store / A",
  "Self-monitoring / Failed writes to the store / A",
  "Self-monitoring / Rows not stored / A",
];
/** The stack under test has none of Hubble's in FLOW_SOURCES. */
const NO_HUBBLE = [..."FGHIJKLMN"].map((query) => `Flows / What Hubble tells / ${query}`);
/** Queries that may or may not have an answer on a host where all is well. */
const EITHER_WAY = new Map([
  ["Flows / Coverage / A", "the ratio is absent while next to nothing leaves the host"],
  ["Self-monitoring / Coverage / A", "the ratio is absent while next to nothing leaves the host"],
  ["Flows / Retransmits / B", "between containers of one host no segment is lost"],
]);

const pmu = await hasPmu(createHost());
const queries = await panelQueries(NAMES);

/** Every query of every panel, against the real Prometheus, under load. */
export function dashboardsSuite(running: () => Running): void {
  describe("dashboards", () => {
    let sandbox: Sandbox;
    let absent: string[] = [];
    before(async () => {
      const { docker, nodeImage } = running();
      sandbox = await createSandbox(docker, nodeImage, named("flowtally-test-drawn"));
      await sandbox.run(TALK.server, SERVER, TALK, "listening");
      await sandbox.run(CLIENT, LOAD, TALK, "answered");
      const grafana = await docker.listContainers({ filters: { name: [`^/${containerOf("grafana")}$`] } });
      absent = [...NO_STORE, ...NO_HUBBLE, ...(pmu ? [] : NO_PMU), ...(grafana.length > 0 ? [] : NO_GRAFANA)];
    });
    after(() => sandbox.remove());

    const seriesOf = async (expr: string) =>
      (await running().prometheus.query(expr)).filter(({ value }) => !Number.isNaN(value));

    for (const dashboard of new Set(queries.map(({ name }) => name.split(" / ")[0] ?? ""))) {
      const own = queries.filter(({ name }) => name.startsWith(`${dashboard} / `) && !EITHER_WAY.has(name));
      it(`${dashboard}: all ${own.length} queries have series, but those this host cannot answer`, () =>
        eventually(90, async () => {
          const empty: string[] = [];
          for (const { name, expr } of own) if ((await seriesOf(expr)).length === 0) empty.push(name);
          assert.deepEqual(
            empty,
            own.map(({ name }) => name).filter((name) => absent.includes(name)),
          );
        }));
    }

    it("has no query in a list of exceptions that is not in a dashboard", () => {
      const known = new Set(queries.map(({ name }) => name));
      const excepted = [...NO_STORE, ...NO_HUBBLE, ...NO_PMU, ...NO_GRAFANA, ...EITHER_WAY.keys()];
      assert.deepEqual(
        excepted.filter((name) => !known.has(name)),
        [],
      );
    });

    const edgesWith = async (chosen: Record<string, string>) => {
      const shown = (await panelQueries(NAMES, chosen)).find(({ name }) => name === "Flows / Top talkers / E");
      assert.ok(shown);
      const series = await seriesOf(shown.expr);
      return series.map(({ labels }) => `${labels.source} → ${labels.destination}:${labels.destination_port}`);
    };

    it("show one container's edges alone when it is chosen", async () => {
      // Whether the container has been scraped often enough for a rate is not known from the other queries' answers.
      const edges = await eventually(30, async () => {
        const found = await edgesWith({ container: CLIENT });
        assert.ok(found.includes(`${CLIENT} → ${TALK.server}:${TALK.port}`), String(found));
        return found;
      });
      assert.deepEqual(
        edges.filter((edge) => !edge.includes(CLIENT)),
        [],
      );
    });

    it("hide the monitoring's own traffic until it is asked for", async () => {
      const own = `${containerOf("prometheus")} → ${containerOf("flow-exporter")}:9436`;
      assert.ok(!(await edgesWith({})).includes(own));
      assert.ok((await edgesWith({ monitoring: "-" })).includes(own));
      assert.ok(!(await edgesWith({ project: NAMES.project })).includes(own));
      assert.ok((await edgesWith({ monitoring: "-", project: NAMES.project })).includes(own));
    });
  });
}

/** Talks on connections that stay and that end, is refused; prints "answered" once it is. */
const LOAD = `
const { request, response, port, server } = JSON.parse(process.env.SETTINGS);
const net = require("node:net");
const talk = (ends) => {
  let seen = 0;
  const socket = net.connect(port, server, () => socket.write(Buffer.alloc(request)));
  socket.on("error", () => {}).on("data", (chunk) => {
    if ((seen += chunk.length) < response) return;
    if (ends) socket.end();
    else console.log("answered");
  });
};
talk(false);
setInterval(() => talk(true), 100);
setInterval(() => net.connect(port + 1, server).on("error", () => {}), 1000);`;
