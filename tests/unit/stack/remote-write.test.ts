import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { readSettings } from "../../../start/settings/index.ts";
import { environmentOf, renderHostCompose } from "../../../start/stack/environment.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import { outsideConfiguration } from "../../../start/stack/outside.ts";
import type { Prometheus } from "../../../start/stack/prometheus.ts";
import { readRemoteWriteState } from "../../../start/stack/remote-write-state.ts";
import { FACTS } from "./lib/checkout.ts";

const URL_LINE = "REMOTE_WRITE_URL=https://metrics.example/api/v1/write";
const TEXT = await readFile(path.join(import.meta.dirname, "../../../prometheus/prometheus.yml"), "utf8");
const layout = layoutOf("/project");

interface Job {
  job_name: string;
  static_configs?: { targets: string[]; labels?: object }[];
}

function configured(...lines: string[]) {
  const settings = readSettings([URL_LINE, ...lines].join("\n"));
  return parse(outsideConfiguration(TEXT, settings, "alpha")) as {
    global: { scrape_interval: string; external_labels: object };
    scrape_configs: Job[];
    remote_write: Record<string, unknown>[];
  };
}

describe("remote write", () => {
  it("leaves what Prometheus scrapes as it is, under the same labels", () => {
    const { global, scrape_configs } = configured();
    const before = parse(TEXT) as typeof global & { scrape_configs: Job[] };
    assert.deepEqual(global, { ...(parse(TEXT) as { global: object }).global, external_labels: { node: "alpha" } });
    const others = (jobs: Job[]) => jobs.filter(({ job_name }) => job_name !== "prometheus");
    assert.deepEqual(others(scrape_configs), others(before.scrape_configs));
    assert.deepEqual(scrape_configs.find(({ job_name }) => job_name === "prometheus")?.static_configs, [
      { targets: ["prometheus-inside:9090"], labels: { instance: "localhost:9090" } },
    ]);
  });

  it("names the file of the secret, by the kind of credentials", () => {
    const credentialsOf = (...lines: string[]) => {
      const [{ name, queue_config, ...rest } = {}] = configured(...lines).remote_write;
      return rest;
    };
    const url = "https://metrics.example/api/v1/write";
    const file = "/run/secrets/remote-write/secret";
    assert.deepEqual(credentialsOf(), { url });
    assert.deepEqual(credentialsOf("REMOTE_WRITE_USER=alice", "REMOTE_WRITE_PASSWORD=hidden"), {
      url,
      basic_auth: { username: "alice", password_file: file },
    });
    assert.deepEqual(credentialsOf("REMOTE_WRITE_BEARER_TOKEN=hidden"), {
      url,
      authorization: { type: "Bearer", credentials_file: file },
    });
  });

  it("gives Prometheus a way out and lets it listen inside only, where there is a storage", () => {
    const of = (text: string) => {
      const settings = readSettings(`HUBBLE_LISTEN=off\n${text}`);
      const input = { settings, facts: FACTS, images: [], examples: [], leftOut: [], layout, healthSeconds: 5 };
      return [renderHostCompose(FACTS, settings, layout), environmentOf(input).PROMETHEUS_HOST];
    };
    const [compose, host] = of(URL_LINE);
    assert.deepEqual(parse(compose ?? ""), {
      services: {
        prometheus: {
          networks: { backend: { aliases: [host] }, "prometheus-outside": {} },
          volumes: ["./.flowtally/remote-write:/run/secrets/remote-write:ro"],
        },
      },
      networks: { "prometheus-outside": {} },
    });
    assert.equal(host, "prometheus-inside");
    assert.deepEqual(of(""), ["services: {}\n", ""]);
  });

  it("calls this machine what the settings say, else what the engine does", () => {
    const nodeOf = (text: string) =>
      environmentOf({
        ...{ settings: readSettings(text), facts: FACTS, images: [], examples: [], leftOut: [], layout },
        healthSeconds: 5,
      }).FLOW_NODE;
    assert.deepEqual([nodeOf("NODE_NAME=rack-1"), nodeOf("")], ["rack-1", "alpha"]);
  });

  it("is told of in the state: how far behind, and what was refused", async () => {
    const answering = (behind: number[], refused: number[]): Prometheus => ({
      targets: () => Promise.resolve([]),
      history: () => Promise.resolve([]),
      query: (expression) =>
        Promise.resolve(
          (expression.includes("failed_total") ? refused : behind).map((value) => ({ labels: {}, value })),
        ),
    });
    const url = "https://metrics.example/api/v1/write";
    assert.deepEqual(await readRemoteWriteState(url, answering([300], [499.6])), {
      storage: "https://metrics.example",
      behind_seconds: 300,
      refused_recently: 500,
    });
    assert.equal(await readRemoteWriteState(url, answering([], [])), null);
    const broken: Prometheus = { ...answering([], []), query: () => Promise.reject(new Error("away")) };
    assert.equal(await readRemoteWriteState(url, broken), null);
    assert.equal(await readRemoteWriteState("", answering([1], [])), null);
  });
});
