/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container reads from and writes to memory, by the kernel's perf events of its control group: misses of the last cache
 * where there is a PMU, or page faults.
 */
#ifndef FLOWTALLY_DATASET_MEMORY_H
#define FLOWTALLY_DATASET_MEMORY_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

enum memory_kind { MEMORY_NONE, MEMORY_LLC, MEMORY_FAULTS };

/* Of one container: it goes on as the container starts again. */
struct memory {
	int *events; /* of each CPU, one for reads and one for writes; NULL: none */
	bool is_counted; /* since the container was first found */
	__u64 read_before; /* in control groups that are gone */
	__u64 written_before;
	__u64 read_bytes;
	__u64 written_bytes;
};

/* What this machine counts, and, where it is none, why: in `why`, of `size` bytes. */
enum memory_kind choose_memory(bool faults, char *why, size_t size);

/* As the container's control group has been found, in cgroup v2. 0, or an errno. */
int open_memory(struct memory *memory, enum memory_kind kind, const char *id, int group);

/* Brings its bytes up to date. */
void read_memory(struct memory *memory, enum memory_kind kind);

void close_memory(struct memory *memory);

#endif
