import type { Lab } from "../lab.ts";
import { runStressNg } from "../stress-ng.ts";

const MEBIBYTE = 2 ** 20;
const WRITE_REQUESTS = '{operation="write"}';

export const disk: Lab = {
  about: ({ diskBytes }) => `one process writes ${diskBytes / MEBIBYTE} MiB over and over, syncing every write to disk`,
  stressNg: true,
  jobs: ["ebpf-exporter", "cadvisor"],
  measures: () => [
    {
      title: "write system calls",
      unit: "per second",
      kind: "counter",
      selector: 'ebpf_exporter_syscalls_total{syscall="write"}',
      // A busy disk takes 20 to 50 ms to sync a write.
      least: 20,
    },
    {
      title: "disk writes",
      unit: "per second",
      kind: "counter",
      selector: `ebpf_exporter_bio_latency_seconds_count${WRITE_REQUESTS}`,
      least: 10,
    },
    {
      title: "latency of a disk write",
      unit: "seconds",
      kind: "counter",
      selector: `ebpf_exporter_bio_latency_seconds_sum${WRITE_REQUESTS}`,
      per: `ebpf_exporter_bio_latency_seconds_count${WRITE_REQUESTS}`,
    },
    {
      title: "written by the container",
      unit: "bytes per second",
      kind: "counter",
      selector: 'container_fs_writes_bytes_total{name="flowtally-stress-disk"}',
    },
  ],
  run: (bench, seconds) => {
    const size = `${bench.bounds.diskBytes / MEBIBYTE}M`;
    const words = ["--hdd", "1", "--hdd-bytes", size, "--hdd-write-size", "64K", "--hdd-opts", "wr-seq,fsync"];
    return runStressNg(bench, "disk", words, seconds);
  },
};
