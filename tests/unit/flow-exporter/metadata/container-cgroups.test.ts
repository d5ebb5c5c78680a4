import assert from "node:assert/strict";
import path from "node:path";
import { describe, test } from "node:test";
import { ContainerCgroups } from "../../../../exporters/flow-exporter/metadata/container-cgroups.ts";
import type { CgroupRow } from "../../../../exporters/flow-exporter/model/cgroup.ts";
import { container, idOf, process } from "../lib/world.ts";

const [WEB, DB, OTHER] = [idOf("a"), idOf("b"), idOf("e")];
const KEPT_NS = 300e9;

/** A cgroup: the number of its process is its own too. */
interface Cgroup {
  number: number;
  path: string;
  /** It cannot be read: the process has ended by then. */
  gone?: boolean;
}

/** What is known of cgroups on a host where web's first process is 20 and db's 30, which Docker reports. */
function known(...cgroups: Cgroup[]): Record<number, string> {
  const paths = new Map(cgroups.map(({ number, path, gone }) => [number, gone ? undefined : path]));
  const processes = cgroups.map(({ number, path }) =>
    process(number, { cgroupId: number, cgroupName: path.slice(path.lastIndexOf("/") + 1) }),
  );
  const containers = [container("web", { id: WEB, pid: 20 }), container("db", { id: DB, pid: 30 })];
  const seen = new ContainerCgroups(KEPT_NS, (pid) => paths.get(pid));
  seen.look(processes, 0);
  seen.learn(containers, new Map(processes.map((one) => [one.pid, one])), 0);
  return Object.fromEntries(seen.containers(containers));
}

const web = { number: 20, path: `/docker/${WEB}` };
const under = (slice: string, id: string) => `${slice}/docker-${id}.scope`;

describe("a cgroup is a container's", () => {
  test("where the engine puts its containers, under either of its drivers", () => {
    const db = { number: 31, path: `/docker/${DB}` };
    assert.deepEqual(known(web, db), { 20: WEB, 31: DB });
    const systemd = [
      { number: 20, path: under("/system.slice", WEB) },
      { number: 31, path: under("/system.slice", DB) },
    ];
    assert.deepEqual(known(...systemd), { 20: WEB, 31: DB });
    const parents = [
      { number: 20, path: `/batch/${WEB}` },
      { number: 30, path: `/docker/${DB}` },
    ];
    assert.deepEqual(known(...parents), { 20: WEB, 30: DB });
  });

  test("with all that is below it, whatever that is called", () => {
    const below = [
      { number: 21, path: `/docker/${WEB}/init.scope` },
      { number: 22, path: `/docker/${WEB}/docker/${DB}` },
      { number: 23, path: `/docker/${WEB}/system.slice/docker-${OTHER}.scope` },
    ];
    assert.deepEqual(known(web, ...below), { 20: WEB, 21: WEB, 22: WEB, 23: WEB });
  });

  test("as a reader within the engine's place sees it", () => {
    const own = { number: 20, path: under("/..", WEB) };
    const beside = { number: 31, path: under("/..", DB) };
    const user = { number: 40, path: under("/../../user.slice/user-1000.slice/user@1000.service", DB) };
    assert.deepEqual(known(own, beside, user), { 20: WEB, 31: DB, 40: "" });
  });

  test("not by its name alone, elsewhere", () => {
    const users = { number: 40, path: under("/user.slice/user-1000.slice/user@1000.service/app.slice", WEB) };
    const twice = { number: 41, path: `/user.slice/docker/${DB}` };
    assert.deepEqual(known(web, users, twice), { 20: WEB, 40: "", 41: "" });
  });

  test("not by its name alone, where its path could not be read and the container's own is known", () => {
    const users = { number: 40, path: under("/user.slice", WEB), gone: true };
    assert.deepEqual(known(web, users), { 20: WEB, 40: "" });
  });

  test("by its name where nothing contradicts: of a container that has ended within a moment", () => {
    assert.deepEqual(known(web, { number: 31, path: `/docker/${DB}`, gone: true }), { 20: WEB, 31: DB });
  });

  test("that Docker does not know, if it is called so: another runtime's", () => {
    const podman = { number: 50, path: `/machine.slice/libpod-${OTHER}.scope` };
    assert.deepEqual(known(web, podman), { 20: WEB, 50: OTHER });
  });

  test("of nobody, where it is none", () => {
    const cgroups = [
      { number: 1, path: "/" },
      { number: 2, path: "/system.slice/docker.service" },
    ];
    assert.deepEqual(known(web, ...cgroups), { 20: WEB, 1: "", 2: "" });
  });
});

test("the reader's own cgroup, which looks like the root to it, has the name that the kernel has for it", () => {
  const seen = new ContainerCgroups(KEPT_NS, () => "/");
  const own = process(20, { cgroupId: 20, cgroupName: `docker-${WEB}.scope` });
  const containers = [container("web", { id: WEB, pid: 20 })];
  seen.look([own], 0);
  seen.learn(containers, new Map([[20, own]]), 0);
  assert.deepEqual([...seen.containers(containers)], [[20, WEB]]);
});

test("what an earlier exporter has found out holds for cgroups that are gone", () => {
  const seen = new ContainerCgroups(KEPT_NS, () => undefined);
  seen.restore(
    [
      [20, WEB],
      [40, ""],
    ],
    0,
  );
  assert.deepEqual(
    [...seen.containers([container("web", { id: WEB })])],
    [
      [20, WEB],
      [40, ""],
    ],
  );
});

describe("what the kernel reports of cgroups", () => {
  const containers = [container("web", { id: WEB, pid: 20 }), container("db", { id: DB })];
  const row = (id: number, path: string, values: Partial<CgroupRow> = {}): CgroupRow => ({
    id,
    path,
    isCutOff: false,
    removedNs: 0,
    ...values,
  });
  /** Web runs; what is known of the others is the rows. */
  const reported = (rows: CgroupRow[], pathOf: (pid: number) => string | undefined = () => undefined) => {
    const seen = new ContainerCgroups(KEPT_NS, pathOf);
    const own = process(20, { cgroupId: 20, cgroupName: WEB });
    seen.takeIn([row(20, `/docker/${WEB}`), ...rows], own, 0);
    seen.look([own], 0);
    seen.learn(containers, new Map([[20, own]]), 0);
    return seen;
  };
  const known = (seen: ContainerCgroups) => Object.fromEntries(seen.containers(containers));

  test("names those of which no process was seen, and no other by its name", () => {
    const forged = row(40, `/user.slice/docker-${DB}.scope`);
    const rows = [row(31, `/docker/${DB}`, { removedNs: 1 }), forged, row(1, "/"), row(2, "/system.slice")];
    assert.deepEqual(known(reported(rows)), { 20: WEB, 31: DB, 40: "", 1: "", 2: "" });
  });

  test("counts before what a process, which may have moved, seems to be in", () => {
    const seen = reported([row(31, "/system.slice/x")], () => `/docker/${DB}`);
    seen.look([process(31, { cgroupId: 31, cgroupName: DB })], 0);
    assert.equal(known(seen)[31], "");
  });

  test("leaves one whose path is cut off to its processes, unless the container is before the cut", () => {
    const rows = [row(31, "/deep", { isCutOff: true }), row(32, `/docker/${DB}/deep`, { isCutOff: true })];
    assert.deepEqual(known(reported(rows)), { 20: WEB, 32: DB });
  });

  test("says where paths begin that are as seen from this process's own cgroup", () => {
    const paths = new Map([
      [20, "/"],
      [31, `/../${DB}`],
      [40, `/../../user.slice/docker/${DB}`],
    ]);
    const seen = reported([], (pid) => paths.get(pid));
    const others = [31, 40].map((pid) => process(pid, { cgroupId: pid, cgroupName: DB }));
    seen.look([process(20, { cgroupId: 20, cgroupName: WEB }), ...others], 0);
    assert.deepEqual(known(seen), { 20: WEB, 31: DB, 40: "" });
  });

  test("says so also where this process is below what looks like the root to it", () => {
    const seen = new ContainerCgroups(KEPT_NS, (pid) => (pid === 20 ? "/init" : `/../${DB}`));
    const own = process(20, { cgroupId: 21, cgroupName: "init" });
    const web = process(22, { cgroupId: 20, cgroupName: WEB });
    const rows = [row(20, `/docker/${WEB}`), row(21, `/docker/${WEB}/init`)];
    seen.takeIn(rows, own, 0);
    seen.look([own, web, process(31, { cgroupId: 31, cgroupName: DB })], 0);
    const first = container("web", { id: WEB, pid: 22 });
    seen.learn([first], new Map([[22, web]]), 0);
    assert.deepEqual(known(seen), { 20: WEB, 21: WEB, 31: DB });
  });

  test("says nothing of that while this process's own path cannot be read", () => {
    let own: string | undefined;
    const seen = reported([], (pid) => (pid === 20 ? own : `/../${DB}`));
    own = "/";
    seen.takeIn([row(20, `/docker/${WEB}`)], process(20, { cgroupId: 20, cgroupName: WEB }), 0);
    seen.look([process(31, { cgroupId: 31, cgroupName: DB })], 0);
    assert.deepEqual(known(seen), { 20: WEB, 31: DB });
  });

  test("is remembered for a while after they were removed, from then on", () => {
    const seen = reported([row(31, `/docker/${DB}`, { removedNs: 1e9 })]);
    seen.look([], KEPT_NS);
    assert.equal(known(seen)[31], DB);
    seen.look([], KEPT_NS + 2e9);
    assert.equal(known(seen)[31], undefined);
  });
});

describe("a cgroup is a container's of a pod", () => {
  const UID = "1b2c3d4e-0000-4000-8000-00000000000a";
  const SLICE = `pod${UID.replaceAll("-", "_")}.slice`;
  const nginx = container("shop/web", { id: WEB, podUid: UID });
  const row = (id: number, path: string): CgroupRow => ({ id, path, isCutOff: false, removedNs: 0 });
  /** What is known of cgroups, numbered from 1 on, of which `own` is this process's. */
  const known = (paths: string[], own?: number, containers = [nginx]) => {
    const seen = new ContainerCgroups(KEPT_NS, () => undefined);
    const self = own === undefined ? undefined : process(99, { cgroupId: own, cgroupName: "" });
    seen.takeIn(
      paths.map((path, index) => row(index + 1, path)),
      self,
      0,
    );
    seen.learn(containers, new Map(), 0);
    return [...seen.containers(containers).values()];
  };

  test("where the kubelet keeps it, by its pod's id, under either of its drivers and of any class", () => {
    const cgroups = [
      `/kubepods/besteffort/pod${UID}/${WEB}`,
      `/kubepods/burstable/pod${UID}/${WEB}`,
      `/kubepods/pod${UID}/${WEB}`,
      `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-${SLICE}/cri-containerd-${WEB}.scope`,
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-${SLICE}/crio-${WEB}.scope`,
      `/kubepods.slice/kubepods-${SLICE}/cri-containerd-${WEB}.scope`,
      `/kubepods/besteffort/pod${UID}/${WEB}/init.scope/below`,
    ];
    for (const path of cgroups) assert.deepEqual(known([path]), [WEB], path);
  });

  test("by a static pod's id too", () => {
    const podUid = "0f00ba40f00ba40f00ba40f00ba40f00";
    const proxy = container("kube-system/kube-proxy", { id: DB, podUid });
    assert.deepEqual(known([`/kubepods/besteffort/pod${podUid}/${DB}`], undefined, [proxy]), [DB]);
  });

  test("not by its name, in a place that anybody can make who has a cgroup of their own, or in another pod's", () => {
    const forged = [
      `/user.slice/user-1000.slice/user@1000.service/kubepods/besteffort/pod${UID}/${WEB}`,
      `/user.slice/kubepods.slice/kubepods-${SLICE}/cri-containerd-${WEB}.scope`,
      `/kubepods-of-mine/besteffort/pod${UID}/${WEB}`,
      `/system.slice/cri-containerd-${WEB}.scope`,
      `/kubepods/besteffort/pod${UID.replace("a", "b")}/${WEB}`,
      `/kubepods/besteffort/pod${UID}x/${WEB}`,
      `/kubepods/besteffort/deeper/pod${UID}/${WEB}`,
      `/kubepods.slice/mine-kubepods-${SLICE}/cri-containerd-${WEB}.scope`,
      `/kubepods/pod${UID}/deeper/${WEB}`,
    ];
    for (const path of forged) assert.deepEqual(known([path]), [""], path);
    assert.deepEqual(known([`/docker/${OTHER}/kubepods/besteffort/pod${UID}/${WEB}`]), [OTHER]);
  });

  test("below another cgroup than the root, where this process's own pod is there", () => {
    const exporter = container("monitoring/exporter", { id: OTHER, podUid: "e" });
    for (const root of ["/kn2", "/kn2/deeper"]) {
      const paths = [`${root}/kubepods/besteffort/pode/${OTHER}`, `${root}/kubepods/burstable/pod${UID}/${WEB}`];
      assert.deepEqual(known(paths, 1, [nginx, exporter]), [OTHER, WEB]);
      assert.deepEqual(known(paths, undefined, [nginx, exporter]), ["", ""]);
      assert.deepEqual(known(paths, 1, [nginx]), [OTHER, ""], "the kubelet does not report it");
      const elsewhere = container("monitoring/exporter", { id: OTHER, podUid: "another" });
      assert.deepEqual(known(paths, 1, [nginx, elsewhere]), ["", ""], "the kubelet reports it in another pod");
    }
    for (const root of ["kn2", "kubelet"]) {
      const kubepods = `/${root}.slice/${root}-kubepods.slice`;
      const slices = [
        `${kubepods}/${root}-kubepods-pode.slice/cri-containerd-${OTHER}.scope`,
        `${kubepods}/${root}-kubepods-burstable.slice/${root}-kubepods-burstable-${SLICE}/cri-containerd-${WEB}.scope`,
      ];
      assert.deepEqual(known(slices, 1, [nginx, exporter]), [OTHER, WEB]);
    }
    const under = ["/kubelet.slice/kubepods", "/foo/kubepods"].map((place) => [
      `${place}/pode/${OTHER}`,
      `${place}/burstable/pod${UID}/${WEB}`,
    ]);
    for (const paths of under) assert.deepEqual(known(paths, 1, [nginx, exporter]), [OTHER, WEB]);
  });

  test("as a reader within a pod sees it, where the kernel reports no cgroups", () => {
    const seenFromPod: [string, string][] = [
      [`/../../pod${UID}/${WEB}`, WEB],
      [`/../../../burstable/pod${UID}/${WEB}`, WEB],
      [`/../../../pod${UID}/${WEB}`, WEB],
      [`/../../../kubepods-burstable.slice/kubepods-burstable-${SLICE}/cri-containerd-${WEB}.scope`, WEB],
      [`/../../../../kubepods/pod${UID}/${WEB}`, WEB],
      [`/../${WEB}`, WEB],
      [`/../../../../user.slice/pod${UID}/${WEB}`, ""],
      [`/../../../../user.slice/kubepods/pod${UID}/${WEB}`, ""],
      [`/../../pod${UID}x/${WEB}`, ""],
    ];
    for (const [path, expected] of seenFromPod) {
      const seen = new ContainerCgroups(KEPT_NS, () => path);
      seen.look([process(7, { cgroupId: 1, cgroupName: path.slice(path.lastIndexOf("/") + 1) })], 0);
      seen.learn([nginx], new Map(), 0);
      assert.deepEqual([...seen.containers([nginx]).values()], [expected], path);
    }
  });

  test("whose pod is known before it is reported, and each pod is looked at once, however many cgroups there are", () => {
    let looks = 0;
    const pods = Array.from({ length: 100 }, (_, index) => ({
      get uid() {
        looks += 1;
        return `1b2c3d4e-0000-4000-8000-${String(index).padStart(12, "0")}`;
      },
      name: `pod-${index}`,
      namespace: "shop",
      addresses: [],
      hostNetwork: false,
    }));
    const seen = new ContainerCgroups(KEPT_NS, () => undefined);
    const idAt = (index: number) => index.toString(16).padStart(64, "0");
    const rows = pods.map(({ uid }, index) => {
      const slice = `kubepods-burstable-pod${uid.replaceAll("-", "_")}.slice`;
      return row(index + 1, `/kubepods.slice/kubepods-burstable.slice/${slice}/cri-containerd-${idAt(index)}.scope`);
    });
    const forged = row(900, `/user.slice/kubepods/burstable/pod${pods[0]?.uid}/${idAt(900)}`);
    seen.takeIn([...rows, forged], undefined, 0);
    looks = 0;
    const found = seen.unreported([container("shop/pod-7", { id: idAt(7) })], pods);
    assert.ok(looks <= 100, `${looks} looks`);
    assert.equal(found.size, 99);
    assert.deepEqual([found.get(idAt(0))?.name, found.get(idAt(99))?.name], ["pod-0", "pod-99"]);
    assert.deepEqual([found.has(idAt(7)), found.has(idAt(900))], [false, false]);
  });

  test("by its name alone only while its own is not known", () => {
    const seen = new ContainerCgroups(KEPT_NS, () => undefined);
    seen.look([process(7, { cgroupId: 2, cgroupName: WEB })], 0);
    assert.equal(seen.containers([nginx]).get(2), WEB);
    seen.takeIn([row(1, `/kubepods/besteffort/pod${UID}/${WEB}`)], undefined, 0);
    seen.learn([nginx], new Map(), 0);
    assert.deepEqual([...seen.containers([nginx])].sort(), [
      [1, WEB],
      [2, ""],
    ]);
  });

  test("is kept when others are made by the thousand", () => {
    const seen = new ContainerCgroups(KEPT_NS, () => undefined);
    seen.takeIn([row(1, `/kubepods/besteffort/pod${UID}/${WEB}`)], undefined, 0);
    const flood = Array.from({ length: 30_000 }, (_, index) =>
      row(1_000 + index, `/user.slice/pod${UID}/${index.toString(16).padStart(64, "0")}`),
    );
    seen.takeIn(flood, undefined, 1e9);
    assert.equal(seen.containers([nginx]).get(1), WEB);
  });
});

describe("of cgroups that somebody makes by the thousand", () => {
  const FLOOD = 30_000;
  const pathOf = (pid: number) =>
    pid === 20 ? `/docker/${WEB}` : `/user.slice/docker-${pid.toString(16).padStart(64, "0")}.scope`;
  /** Processes in cgroups of their own. */
  const look = (seen: ContainerCgroups, pids: number[], seconds: number) => {
    const cgroupName = (pid: number) => path.basename(pathOf(pid));
    const processes = pids.map((pid) => process(pid, { cgroupId: pid, cgroupName: cgroupName(pid) }));
    seen.look(processes, seconds * 1e9);
    return new Map(processes.map((one) => [one.pid, one]));
  };
  const containers = [container("web", { id: WEB, pid: 20 })];

  test("only so many are kept, and the engine's among them, also once they are gone", () => {
    const seen = new ContainerCgroups(KEPT_NS, pathOf);
    seen.learn(containers, look(seen, [20], 0), 0);
    const flood = Array.from({ length: FLOOD }, (_, index) => 1_000 + index);
    for (const second of [1, 2]) look(seen, flood, second);
    const known = seen.containers(containers);
    assert.equal(known.size, 20_000);
    assert.equal(known.get(20), WEB);
  });

  test("no more is kept of a path than what says whose it is", () => {
    const below = `/docker/${WEB}/${"deep/".repeat(600)}`;
    const long = `/${"user.slice/".repeat(60)}`;
    const expected = { 20: WEB, 21: WEB, 40: "" };
    const cgroups = [
      web,
      { number: 21, path: `${below}docker-${OTHER}.scope` },
      { number: 40, path: under(long, OTHER) },
    ];
    assert.deepEqual(known(...cgroups), expected);
    const seen = new ContainerCgroups(KEPT_NS, () => `${below}docker-${OTHER}.scope`);
    seen.look([process(21, { cgroupId: 21, cgroupName: `docker-${OTHER}.scope` })], 0);
    assert.deepEqual([seen.hasSeen(WEB), seen.hasSeen(OTHER)], [true, false]);
  });
});
