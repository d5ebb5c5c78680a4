/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Reads another CPU's copy of a per-CPU variable of the kernel. */
#ifndef FLOWTALLY_PERCPU_H
#define FLOWTALLY_PERCPU_H

#include "tracer.h"

#define MAX_CPUS 1024

/* Possible CPUs, set by the loader. */
__weak const volatile __u32 cpu_count = 1;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} percpu_probe __weak SEC(".maps");

extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;

/*
 * What to add to a per-CPU address for that CPU; 0 when unknown. __per_cpu_offset is not exported to programs:
 * take the distance between a map value of that CPU and the map's own per-CPU base pointer.
 */
static __always_inline __u64 percpu_offset(__u32 cpu)
{
	__u32 zero = 0;
	void *value = bpf_map_lookup_percpu_elem(&percpu_probe, &zero, cpu);
	struct bpf_array *array = bpf_rdonly_cast(&percpu_probe, bpf_core_type_id_kernel(struct bpf_array));
	__u64 address = 0, base = 0;

	/* through memory: the verifier refuses arithmetic between a map value and a number it does not know */
	bpf_probe_read_kernel(&address, sizeof(address), &value);
	bpf_probe_read_kernel(&base, sizeof(base), (void *)array + bpf_core_field_offset(array->pptrs));
	return address ? address - base : 0;
}

#endif
