import assert from "node:assert/strict";
import { test } from "node:test";
import { cgroupPath, userOf } from "../../../../../exporters/flow-exporter/metadata/host/process-files.ts";

test("a process is nobody's for sure where another user started it with root's rights", () => {
  assert.equal(userOf("Name:\tdocker-proxy\nUid:\t1000\t0\t0\t0\nGid:\t5\t5\t5\t5\n"), undefined);
  assert.equal(userOf("Name:\tdocker-proxy\nUid:\t0\t0\t0\t0\nGid:\t5\t5\t5\t5\n"), 0);
  assert.equal(userOf("Name:\tUid: 7 0\nUid:\t1000\t1000\t1000\t1000\n"), 1000);
  assert.equal(userOf(""), undefined);
});

test("a process's cgroup is that of the second version, beside those of the first or alone", () => {
  assert.equal(cgroupPath("12:pids:/docker/abc\n0::/docker/def\n"), "/docker/def");
  assert.equal(cgroupPath("0::/../docker-abc.scope\n"), "/../docker-abc.scope");
  assert.equal(cgroupPath("12:pids:/docker/abc\n"), undefined);
  assert.equal(cgroupPath(""), undefined);
});
