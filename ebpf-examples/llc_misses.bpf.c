// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   counts last-level cache misses by CPU.
 * Hook:   perf event, hardware (0), cache misses (3), 99 samples a second on each CPU; needs a PMU.
 * Map:    llc_misses_total: CPU → misses; a sample stands for as many misses as its period says.
 * Cost:   99 runs a second and CPU.
 * Reader: ebpf_exporter (llc_misses.yaml).
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "counter.h"

#define MOST_CPUS 1024

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MOST_CPUS);
	__type(key, __u32);
	__type(value, __u64);
} llc_misses_total SEC(".maps");

SEC("perf_event/type=0,config=3,frequency=99")
int count_misses(struct bpf_perf_event_data *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();

	count(&llc_misses_total, &cpu, ctx->sample_period);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
