// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   finds where each CPU's copies of per-CPU variables lie. The kernel's own table, __per_cpu_offset, is not
 *         to be had from a program; so: the address of a map value on a CPU minus the map's per-CPU base pointer.
 * Hook:   iter/bpf_map_elem over percpu_probe, read once by the loader.
 * Map:    percpu_probe, one element.
 * Reader: processes.bpf.c, programs.bpf.c. Before 5.18 the helper is missing and the offsets stay 0.
 */
#include "percpu.h"

enum bpf_func_id___since_5_18 {
	BPF_FUNC_map_lookup_percpu_elem___since_5_18 = 195,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} percpu_probe SEC(".maps");

static __always_inline __u64 address_on_cpu(__u32 cpu)
{
	__u32 zero = 0;
	void *value = bpf_map_lookup_percpu_elem(&percpu_probe, &zero, cpu);
	__u64 address = 0;

	/* through memory: the verifier refuses arithmetic between a map value and an unknown number */
	bpf_probe_read_kernel(&address, sizeof(address), &value);
	return address;
}

SEC("iter/bpf_map_elem")
int find_percpu_offsets(struct bpf_iter__bpf_map_elem *ctx)
{
	struct bpf_array *array = (void *)ctx->map;
	__u64 base = 0;

	if (!ctx->value ||
	    !bpf_core_enum_value_exists(enum bpf_func_id___since_5_18, BPF_FUNC_map_lookup_percpu_elem___since_5_18))
		return 0;
	bpf_probe_read_kernel(&base, sizeof(base), (void *)array + bpf_core_field_offset(array->pptrs));
	for (__u32 cpu = 0; cpu < cpu_count && cpu < MAX_CPUS; cpu++) {
		__u64 address = address_on_cpu(cpu);

		percpu_offsets[cpu] = address ? address - base : 0;
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
