import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OwnContainers } from "../../../../exporters/flow-exporter/metadata/own-containers.ts";
import type { Container } from "../../../../exporters/flow-exporter/model/container.ts";
import { container, idOf } from "../lib/world.ts";

const PROBE = "/srv/stack/.flowtally/bin";
const ours = (name: string, digit: string, values: Partial<Container> = {}) =>
  container(name, { id: idOf(digit), composeProject: "flowtally", hostPaths: [PROBE], ...values });
const EXPORTER = ours("flow-exporter", "a");
const PROMETHEUS = ours("prometheus", "b", { hostPaths: ["/srv/stack/prometheus", PROBE] });
const TRACER = ours("flow-tracer", "c", { hostPaths: ["/srv/stack/.flowtally/logs"] });

/** Digits of the containers that are the monitoring's own. */
function ownAmong(containers: Container[], self = EXPORTER.id, before: string[] = []): string {
  const own = new OwnContainers(before);
  own.look(containers, self);
  return [...own.ids].map((id) => id[0]).join("");
}

describe("the monitoring's own containers", () => {
  test("are that of this process, and those of its project that have a part of its folder", () => {
    assert.equal(ownAmong([EXPORTER, PROMETHEUS, TRACER, container("web", { id: idOf("d") })]), "abc");
  });

  test("are not those whose image brings the label along, under one of their names either", () => {
    const labelled = ours("hostile", "d", { hostPaths: [] });
    const named = ours("grafana", "e", { hostPaths: ["/srv/shop/data"] });
    assert.equal(ownAmong([EXPORTER, labelled, named]), "a");
  });

  test("are not those of another project that have the folder, or of another stack", () => {
    const backup = ours("backup", "d", { composeProject: "backup" });
    const other = ours("prometheus-2", "e", { hostPaths: ["/srv/other/.flowtally/bin"] });
    assert.equal(ownAmong([EXPORTER, backup, other]), "a");
  });

  test("are none where this process is in no container, or in one without a project that of this process alone", () => {
    assert.equal(ownAmong([EXPORTER, PROMETHEUS], ""), "");
    const alone = { ...EXPORTER, composeProject: "" };
    assert.equal(ownAmong([alone, { ...PROMETHEUS, composeProject: "" }]), "a");
  });

  test("stay known after they went, and to the next exporter", () => {
    const own = new OwnContainers([idOf("f")]);
    own.look([EXPORTER, PROMETHEUS], EXPORTER.id);
    own.look([EXPORTER], EXPORTER.id);
    assert.deepEqual([...own.ids], [idOf("f"), EXPORTER.id, PROMETHEUS.id]);
  });
});
