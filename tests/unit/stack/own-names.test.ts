import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { DEFAULT_NAMES } from "../../../start/settings/names.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import { withOwnNames, writeOwnNames } from "../../../start/stack/own-names.ts";
import { SERVICES } from "../../../start/stack/services.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const NAMES = { project: "second", prefix: "second-" };
/** What names a container or the project of the default stack, however it is written. */
const OF_DEFAULT = new RegExp(`"(flowtally|${SERVICES.map(({ name }) => name).join("|")})\\\\?"`);
/** Prometheus' jobs are called by the service, and reach it by its name in the project's own network. */
const JOBS = /\b(job_name: |job=|flow_source=)|instance=/;

describe("queries for the stack's own containers", () => {
  test("have its names, in PromQL and within a dashboard's JSON", () => {
    const query =
      'sum(a{name="prometheus"}) / b{job="prometheus", name="grafana"} + c{container_label_com_docker_compose_project="flowtally"}';
    const own =
      'sum(a{name="second-prometheus"}) / b{job="prometheus", name="second-grafana"} + c{container_label_com_docker_compose_project="second"}';
    assert.equal(withOwnNames(query, NAMES), own);
    assert.equal(withOwnNames(JSON.stringify(query), NAMES), JSON.stringify(own));
    assert.equal(withOwnNames(query, DEFAULT_NAMES), query);
    assert.equal(withOwnNames('c{name="web"}', NAMES), 'c{name="web"}');
  });

  test("are those of a dashboard's variable too, as it is at first", () => {
    const current =
      '"current": { "text": "prometheus", "value": "prometheus" }, "datasource": { "type": "prometheus" }';
    const own =
      '"current": { "text": "second-prometheus", "value": "second-prometheus" }, "datasource": { "type": "prometheus" }';
    assert.equal(withOwnNames(current, NAMES), own);
  });

  test("are copied for a stack of other names alone; what is gone leaves the copies too", async (t) => {
    const root = await mkdtemp(path.join(tmpdir(), "flowtally-names-"));
    t.after(() => rm(root, { recursive: true }));
    for (const folder of ["prometheus", "grafana/dashboards"]) {
      await cp(path.join(ROOT, folder), path.join(root, folder), { recursive: true });
    }
    await writeOwnNames(layoutOf(root));
    assert.deepEqual((await readdir(root)).sort(), ["grafana", "prometheus"]);
    await writeFile(path.join(root, "prometheus/rules/old.yml"), "");
    const layout = layoutOf(root, undefined, NAMES);
    await writeOwnNames(layout);
    await rm(path.join(root, "prometheus/rules/old.yml"));
    await writeOwnNames(layout);
    for (const [from, to] of [
      ["prometheus", layout.prometheus],
      ["grafana/dashboards", layout.dashboards],
    ] as const) {
      const copies = (await readdir(to, { recursive: true })).sort();
      assert.deepEqual(copies, (await readdir(path.join(root, from), { recursive: true })).sort());
      for (const name of copies) {
        const file = path.join(to, name);
        if ((await stat(file)).isDirectory()) continue;
        assert.equal((await stat(file)).mode & 0o777, 0o644);
        const lines = (await readFile(file, "utf8")).split("\n").filter((line) => /expr|query/.test(line));
        assert.deepEqual(
          lines.filter((line) => OF_DEFAULT.test(line) && !JOBS.test(line)),
          [],
          name,
        );
      }
    }
  });
});
