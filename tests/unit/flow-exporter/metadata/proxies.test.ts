import assert from "node:assert/strict";
import { test } from "node:test";
import { Proxies } from "../../../../exporters/flow-exporter/metadata/proxies.ts";
import { idOf, process } from "../lib/world.ts";

const KEPT_NS = 300e9;
const ENGINE = process(700, { comm: "dockerd", cgroupId: 7 });
const PROXY = process(701, { comm: "docker-proxy", parentPid: 700, cgroupId: 7, startNs: 5 });
const CGROUPS = new Map([
  [7, ""],
  [20, idOf("a")],
]);

/** The proxies among some processes; all but those of `users` are root's. */
function proxiesAmong(processes: (typeof PROXY)[], users: Record<number, number> = {}): number[] {
  const proxies = new Proxies(KEPT_NS, (pid) => users[pid] ?? 0);
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  proxies.look(byPid, () => CGROUPS, 0);
  return [...proxies.pids(byPid)];
}

const CASES: [string, (typeof PROXY)[], Record<number, number>, number[]][] = [
  ["the engine's own child", [ENGINE, PROXY], {}, [701]],
  ["a process of another name", [ENGINE, { ...PROXY, comm: "containerd" }], {}, []],
  ["another user's process", [ENGINE, PROXY], { 701: 1000 }, []],
  ["the child of another user's process that calls itself the engine", [ENGINE, PROXY], { 700: 1000, 701: 1000 }, []],
  ["a child of no engine", [process(700, { comm: "sh" }), PROXY], {}, []],
  ["a child of nobody that is there", [PROXY], {}, []],
  ["a process in a container", [ENGINE, { ...PROXY, cgroupId: 20 }], {}, []],
  ["the child of an engine in a container", [{ ...ENGINE, cgroupId: 20 }, PROXY], {}, []],
];
for (const [name, processes, users, expected] of CASES) {
  test(`${name} is ${expected.length > 0 ? "" : "not "}Docker's proxy`, () => {
    assert.deepEqual(proxiesAmong(processes, users), expected);
  });
}

const ENGINES: [string, (typeof PROXY)[], Record<number, number>, number[]][] = [
  ["root's process outside of every container", [ENGINE], {}, [700]],
  ["another user's process", [ENGINE], { 700: 1000 }, []],
  ["a process in a container", [{ ...ENGINE, cgroupId: 20 }], {}, []],
];
for (const [name, processes, users, expected] of ENGINES) {
  test(`${name} that is called so is ${expected.length > 0 ? "" : "not "}Docker's engine`, () => {
    const proxies = new Proxies(KEPT_NS, (pid) => users[pid] ?? 0);
    const byPid = new Map(processes.map((one) => [one.pid, one]));
    proxies.look(byPid, () => CGROUPS, 0);
    assert.deepEqual([...proxies.enginePids(byPid)], expected);
  });
}

test("a proxy that is gone is remembered, until another process has its number", () => {
  const proxies = new Proxies(KEPT_NS, () => 0);
  const all = new Map([ENGINE, PROXY].map((one) => [one.pid, one]));
  proxies.look(all, () => CGROUPS, 0);
  const engine = new Map([[700, ENGINE]]);
  proxies.look(engine, () => CGROUPS, 1e9);
  assert.deepEqual([...proxies.pids(engine)], [701]);
  const again = new Map([...engine, [701, { ...PROXY, startNs: 9, parentPid: 1 }]]);
  proxies.look(again, () => CGROUPS, 2e9);
  assert.deepEqual([...proxies.pids(again)], []);
});

test("a proxy that goes while no exporter runs is known to the next one", () => {
  const before = new Proxies(KEPT_NS, () => 0);
  before.look(new Map([ENGINE, PROXY].map((one) => [one.pid, one])), () => CGROUPS, 0);
  const next = new Proxies(KEPT_NS, () => 0);
  next.remember(before.known, 1e9);
  const engine = new Map([[700, ENGINE]]);
  next.look(engine, () => CGROUPS, 2e9);
  assert.deepEqual([...next.pids(engine)], [701]);
});

test("a process is asked about once", () => {
  let asked = 0;
  const proxies = new Proxies(KEPT_NS, () => {
    asked += 1;
    return 0;
  });
  const all = new Map([ENGINE, PROXY].map((one) => [one.pid, one]));
  for (let look = 0; look < 3; look++) proxies.look(all, () => CGROUPS, look);
  assert.equal(asked, 2);
});

test("cgroups are listed once in a look, however many processes are called so", () => {
  let listed = 0;
  const proxies = new Proxies(KEPT_NS, () => 1000);
  const all = new Map(Array.from({ length: 2_000 }, (_, index) => [5_000 + index, { ...ENGINE, pid: 5_000 + index }]));
  proxies.look(
    all,
    () => {
      listed += 1;
      return CGROUPS;
    },
    0,
  );
  assert.equal(listed, 1);
});
