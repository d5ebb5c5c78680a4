import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { createHost } from "../../start/lib/host.ts";
import { DEFAULT_NAMES } from "../../start/settings/names.ts";
import { type CiliumNode, recordedScrape, scrapeAfter, startCiliumNode } from "../lib/cilium-scrape.ts";
import { orSkip } from "../lib/or-skip.ts";
import { providedImage } from "../lib/provided-image.ts";
import { dockerAnswers } from "../lib/shipped-tracer.ts";
import { panelQueries } from "./lib/dashboards.ts";
import { eventually } from "./lib/eventually.ts";
import { type Jobs, type Judge, startJudge } from "./lib/judge.ts";
import { ROOT } from "./lib/launcher.ts";

const host = createHost();
const skip = orSkip(!(await dockerAnswers(host)) && "needs a Docker engine");

/** Of the same flows, on a node each: as the scrape has them, with `source` and `destination` alone, and without those. */
const BOTH = "both";
const CONTEXT = "context";
const LABELS = "labels";
/** A node whose requests are counted by `http` in place of `httpV2`. */
const OLDER = "older";

/** The dashboards of Cilium's metrics against a real Prometheus that scrapes what a node of Cilium serves. */
describe("Cilium's dashboards", { skip }, () => {
  let folder = "";
  let node: CiliumNode;
  let older: Server;
  let judge: Judge;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-cilium-"));
    const context = { host, report: console.log, signal: AbortSignal.timeout(600_000) };
    const image = await providedImage(context, ROOT, "prometheus");
    assert.ok(image && image.origin !== "missing", image?.reason);
    node = await startCiliumNode("127.0.0.1", 0);
    older = await serveOlder();
    const configuration = path.join(folder, "prometheus");
    await mkdir(configuration);
    judge = await startJudge(image.reference, configuration, jobsOf(node, older));
  });
  after(async () => {
    await judge?.stop();
    older?.close();
    await node?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const seriesOf = async (expr: string) => {
    const response = await fetch(`${judge.url}/api/v1/query`, {
      method: "POST",
      body: new URLSearchParams({ query: expr }),
    });
    const answer = (await response.json()) as Answer;
    assert.equal(answer.status, "success", `${answer.error}: ${expr}`);
    return (answer.data?.result ?? []).filter(({ value }) => value[1] !== "NaN").map(({ metric }) => metric);
  };
  const queriesOf = (chosen: Record<string, string>) =>
    panelQueries(DEFAULT_NAMES, { reporter: "client", ...chosen }, "cilium");
  const emptyOf = async (queries: readonly { name: string; expr: string }[]) => {
    const empty: string[] = [];
    for (const { name, expr } of queries) if ((await seriesOf(expr)).length === 0) empty.push(name);
    return empty;
  };

  /** What is in the first and the second column of a table. */
  const pairsOf = async (name: string, chosen: Record<string, string>) => {
    const query = (await queriesOf(chosen)).find((one) => one.name === name);
    assert.ok(query, name);
    return new Set((await seriesOf(query.expr)).map(({ from, to }) => `${from} → ${to}`));
  };

  for (const node of [CONTEXT, LABELS]) {
    it(`have data for every query of Hubble's where it names flows by ${node} alone`, () =>
      eventually(20, async () => {
        const queries = (await queriesOf({ node })).filter(({ name }) => name.startsWith("Hubble"));
        assert.ok(queries.length > 50, `${queries.length} queries`);
        assert.deepEqual(await emptyOf(queries), []);
      }));
  }

  it("name the same namespaces by either; what is no pod is known to the context alone", () =>
    eventually(10, async () => {
      const [both, context, labels] = await Promise.all(
        [BOTH, CONTEXT, LABELS].map((node) => pairsOf("Hubble network / Top pairs / E", { node })),
      );
      assert.ok(both?.has("shop → data") && both.has("reserved:world → shop"), [...(both ?? [])].join());
      assert.deepEqual(context, both);
      assert.deepEqual(labels, new Set([...(both ?? [])].map((pair) => pair.replace("reserved:world", "not a pod"))));
    }));

  it("name a workload by its label, else by the name of its pod", () =>
    eventually(10, async () => {
      for (const node of [BOTH, CONTEXT, LABELS]) {
        const pairs = await pairsOf("Hubble L7 / Top pairs / C", { node });
        assert.ok(pairs.has("shop/frontend → shop/cart"), `${node}: ${[...pairs].join()}`);
      }
    }));

  it("show what is chosen alone", () =>
    eventually(10, async () => {
      for (const node of [BOTH, CONTEXT, LABELS]) {
        const pairs = await pairsOf("Hubble network / Top pairs / E", { node, namespace: "data", verdict: "DROPPED" });
        assert.deepEqual([...pairs], ["batch → data"], node);
        const asked = await pairsOf("Hubble L7 / Top pairs / C", {
          node,
          workload: "shop/cart",
          client: "shop/frontend",
        });
        assert.deepEqual([...asked], ["shop/frontend → shop/cart"], node);
      }
    }));

  it("tell the failures of requests that older metrics count apart from their answers", () =>
    eventually(20, async () => {
      const queries = await queriesOf({ node: OLDER });
      const classes = queries.find(({ name }) => name === "Hubble L7 / Answers by class / A");
      const found = await seriesOf(classes?.expr ?? "");
      assert.deepEqual(found.map((labels) => labels.class).sort(), ["2", "4", "5"]);
      const failed = await pairsOf("Hubble L7 / Top pairs / D", { node: OLDER });
      assert.ok(failed.has("shop/frontend → shop/cart"), [...failed].join());
    }));

  // Policies change there every 20 s, and how long that takes can be told after one has.
  it("have data for every query where everything is scraped", () =>
    eventually(30, async () => {
      const queries = await queriesOf({ node: BOTH });
      assert.ok(queries.length > 100, `${queries.length} queries`);
      assert.deepEqual(await emptyOf(queries), []);
    }));
});

interface Answer {
  status: string;
  error?: string;
  data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
}

async function serveOlder(): Promise<Server> {
  const start = performance.now();
  const server = createServer((_, response) =>
    response.end(scrapeAfter(recordedScrape("hubble-http"), (performance.now() - start) / 1000)),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

function jobsOf({ ports }: CiliumNode, older: Server): Jobs {
  const of = (part: keyof CiliumNode["ports"], node: string) => ({
    target: `127.0.0.1:${ports[part]}`,
    labels: { node },
  });
  const without = (regex: string) => [{ action: "labeldrop" as const, regex }];
  return {
    "cilium-agent": of("agent", BOTH),
    "cilium-operator": of("operator", BOTH),
    "cilium-envoy": of("envoy", BOTH),
    hubble: of("hubble", BOTH),
    "hubble-relay": of("relay", BOTH),
    "by-context": {
      ...of("hubble", CONTEXT),
      metric_relabel_configs: without("(source|destination)_.*|traffic_direction"),
    },
    "by-older": { target: `127.0.0.1:${(older.address() as AddressInfo).port}`, labels: { node: OLDER } },
    "by-labels": { ...of("hubble", LABELS), metric_relabel_configs: without("source|destination") },
  };
}
