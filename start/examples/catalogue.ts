/** The BPF examples in ebpf-examples/: NAME.bpf.c and NAME.yaml each. */
export const EXAMPLES = [
  { name: "syscalls", needsPmu: false },
  { name: "llc_misses", needsPmu: true },
  { name: "bio_latency", needsPmu: false },
] as const;
