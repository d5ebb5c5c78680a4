import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { groupsOf } from "../../../start/dataset/sampler/groups.ts";

const ID = "6c1cc75523434dffdbb1522788821833f50aa5670a59cd36f648b630ca61a9f1";
const V2 = "30 25 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";

describe("the control groups of a container", () => {
  it("are in one place with version 2", () => {
    const folder = `/sys/fs/cgroup/system.slice/docker-${ID}.scope`;
    const group = { version: 2, folder };
    assert.deepEqual(groupsOf(`0::/system.slice/docker-${ID}.scope\n`, V2, ID), {
      cpu: group,
      memory: group,
      io: group,
    });
  });

  it("are the container's own where an init system in it has moved deeper", () => {
    const { cpu } = groupsOf(`0::/system.slice/docker-${ID}.scope/init.scope\n`, V2, ID);
    assert.equal(cpu?.folder, `/sys/fs/cgroup/system.slice/docker-${ID}.scope`);
  });

  it("are looked for in each hierarchy of version 1, beside which that of version 2 has nothing to count", () => {
    const mounts = [
      "40 25 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
      "41 25 0:31 /process_api /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
      "42 25 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
    ].join("\n");
    const cgroups = `9:memory:/process_api/docker/${ID}\n8:cpu,cpuacct:/docker/${ID}\n7:blkio:/docker/${ID}\n0::/docker/${ID}\n`;
    assert.deepEqual(groupsOf(cgroups, mounts, ID), {
      cpu: { version: 1, folder: `/sys/fs/cgroup/cpu,cpuacct/docker/${ID}` },
      memory: { version: 1, folder: `/sys/fs/cgroup/memory/docker/${ID}` },
      io: undefined,
    });
  });

  it("are nowhere that can be seen from below another group", () => {
    const mounts = "30 25 0:27 /docker/other /sys/fs/cgroup rw - cgroup2 cgroup2 rw";
    assert.equal(groupsOf(`0::/docker/${ID}\n`, mounts, ID).cpu, undefined);
  });
});
