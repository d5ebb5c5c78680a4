/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Who holds which BPF program: found by the pass over all descriptors, shown beside the program. */
#ifndef FLOWTALLY_HOLDERS_H
#define FLOWTALLY_HOLDERS_H

#include "tracer.h"

struct holder {
	__u64 pass; /* the pass over all descriptors that found it */
	char comm[16];
	__u32 pid;
	__u32 reserved;
};

/* By the program's id. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct holder);
} holders __weak SEC(".maps");

/* Number of the pass that began last. */
__weak __u64 owner_passes;

#endif
