/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Reads another CPU's copy of a per-CPU variable of the kernel. */
#ifndef FLOWTALLY_PERCPU_H
#define FLOWTALLY_PERCPU_H

#include "tracer.h"

#define MAX_CPUS 1024

/* Possible CPUs, set by the loader. */
__weak const volatile __u32 cpu_count = 1;

/* What to add to a per-CPU address for that CPU; 0 where it is not known. Filled by percpu.bpf.c. */
__weak __u64 percpu_offsets[MAX_CPUS];

/* The sum of a per-CPU s32 over all CPUs. */
static __always_inline __s64 sum_over_cpus(const __s32 *variable)
{
	__s64 sum = 0;

	for (__u32 cpu = 0; cpu < cpu_count && cpu < MAX_CPUS; cpu++) {
		__u64 offset = percpu_offsets[cpu];
		__s32 part = 0;

		if (offset && bpf_probe_read_kernel(&part, sizeof(part), (void *)variable + offset) == 0)
			sum += part;
	}
	return sum;
}

/* The sum of a per-CPU u64 over all CPUs. */
static __always_inline __u64 sum_u64_over_cpus(const void *variable)
{
	__u64 sum = 0;

	for (__u32 cpu = 0; cpu < cpu_count && cpu < MAX_CPUS; cpu++) {
		__u64 offset = percpu_offsets[cpu], part = 0;

		if (offset && bpf_probe_read_kernel(&part, sizeof(part), variable + offset) == 0)
			sum += part;
	}
	return sum;
}

#endif
