import assert from "node:assert/strict";
import { test } from "node:test";
import { MergedMetadata } from "../../../../exporters/flow-exporter/metadata/merged-metadata.ts";
import type { Container } from "../../../../exporters/flow-exporter/model/container.ts";
import type { MetadataSource } from "../../../../exporters/flow-exporter/model/metadata-source.ts";
import { container, idOf } from "../lib/world.ts";

/** A source that knows containers that run, and others that are gone. */
class Source implements MetadataSource {
  containers: readonly Container[];
  gone: readonly Container[];
  knownPods = [];
  services = [];
  version = 1;
  up = true;
  restored: Container[] = [];

  constructor(containers: readonly Container[], gone: readonly Container[] = []) {
    this.containers = containers;
    this.gone = gone;
  }

  get known(): Container[] {
    return [...this.containers, ...this.gone];
  }

  async refresh(): Promise<void> {
    this.version += 1;
  }

  restore(containers: Iterable<Container>): void {
    this.restored.push(...containers);
  }
}

const db = container("db", { id: idOf("b") });
const web = container("shop/web", {
  id: idOf("a"),
  podUid: "u",
  pod: "web",
  namespace: "shop",
  addresses: ["10.0.0.7"],
});
const names = (containers: readonly Container[]) => containers.map(({ name }) => name);

test("what all sources know is known, each with its own version and health", async () => {
  const [docker, kubelet] = [new Source([db]), new Source([], [web])];
  const metadata = new MergedMetadata([docker, kubelet]);
  assert.deepEqual([names(metadata.containers), names(metadata.gone)], [["db"], ["shop/web"]]);
  assert.deepEqual(names(metadata.known), ["db", "shop/web"]);
  assert.deepEqual([metadata.version, metadata.up], [2, true]);
  await metadata.refresh();
  assert.equal(metadata.version, 4);
  metadata.restore(new Set([db, web]));
  assert.deepEqual(
    [docker.restored, kubelet.restored],
    [
      [db, web],
      [db, web],
    ],
  );
});

test("while one does not answer it is not known whether something has changed, and what it knew stays", () => {
  const kubelet = new Source([web]);
  const metadata = new MergedMetadata([new Source([db]), kubelet]);
  kubelet.up = false;
  assert.deepEqual([metadata.up, names(metadata.containers)], [false, ["db", "shop/web"]]);
});

test("without any source nothing is known, and nobody answers", async () => {
  const metadata = new MergedMetadata([]);
  await metadata.refresh();
  assert.deepEqual([metadata.up, metadata.version, metadata.containers, metadata.gone], [false, 0, [], []]);
});

for (const order of ["docker first", "kubelet first"]) {
  test(`a container that two know is called by its pod, and has the rest of both, as one object: ${order}`, () => {
    const engines = container("k8s_nginx_web_shop_u_0", { id: idOf("a"), pid: 200, image: "nginx:1", pod: "forged" });
    const sources = [new Source([engines]), new Source([web])];
    const metadata = new MergedMetadata(order === "docker first" ? sources : sources.reverse());
    const [both, ...others] = metadata.containers;
    assert.deepEqual(others, []);
    assert.deepEqual(both, { ...engines, ...web, pid: 200, image: "nginx:1" });
    assert.equal(metadata.containers[0], both, "its endpoint stays the same");
    assert.equal(metadata.known[0], both);
  });
}

test("one that has ended for one source runs as long as another says so", () => {
  const metadata = new MergedMetadata([new Source([], [container("old", { id: idOf("a") })]), new Source([web])]);
  assert.deepEqual([names(metadata.containers), metadata.gone], [["shop/web"], []]);
});
