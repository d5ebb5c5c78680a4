import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readPodList } from "../../../../../exporters/flow-exporter/metadata/kubernetes/pod-list.ts";
import { ownerOf } from "../../../../../exporters/flow-exporter/metadata/kubernetes/pods.ts";
import golden from "./pods.json" with { type: "json" };

const [WEB] = golden.items;

function listOf(count: number): string {
  const items = Array.from({ length: count }, (_, at) => ({
    ...WEB,
    metadata: { ...WEB?.metadata, uid: `uid-${at}` },
  }));
  return JSON.stringify({ ...golden, items });
}

describe("a kubelet's list of pods", () => {
  test("lets all else have its turn while a long one is read", async () => {
    let turns = 0;
    let isRead = false;
    const turn = () => {
      turns += 1;
      if (!isRead) setImmediate(turn);
    };
    setImmediate(turn);
    const { pods } = await readPodList(listOf(1_000));
    isRead = true;
    assert.equal(pods.length, 1_000);
    assert.ok(turns >= 9, `${turns} turns`);
  });

  test("is read as far as there is room", async () => {
    const { pods, tooMany, bad } = await readPodList(listOf(5_003));
    assert.deepEqual([pods.length, tooMany, bad], [5_000, 3, 0]);
  });

  test("keeps a pod whose author has written down an owner that makes no sense, and cuts the name of its image", async () => {
    const owners = [
      { kind: "Ж", name: "x", controller: true },
      null,
      { kind: "Job", name: "backup", controller: true },
    ];
    const metadata = { ...WEB?.metadata, ownerReferences: owners };
    const spec = { ...WEB?.spec, containers: [{ name: "nginx", image: `r/${"x".repeat(9_000)}` }] };
    const list = JSON.stringify({ ...golden, items: [{ ...WEB, metadata, spec }] });
    const [pod] = (await readPodList(list)).pods;
    assert.ok(pod);
    assert.deepEqual(ownerOf(pod), { kind: "Job", name: "backup" });
    assert.equal(pod.spec.containers?.[0]?.image?.length, 512);
  });
});
