/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Resident memory of an address space, on kernels before and after 6.2. */
#ifndef FLOWTALLY_MEMORY_H
#define FLOWTALLY_MEMORY_H

#include "percpu.h"

/* Set by the loader. */
__weak const volatile __u32 page_bytes = 4096;

/* mm_struct.rss_stat: the entries that make up the resident set; 2 counts swapped pages. */
#define RSS_FILE 0
#define RSS_ANON 1
#define RSS_SHMEM 3

/* Before 6.2: plain counters. */
struct mm_rss_stat___before_6_2 {
	struct {
		long counter;
	} count[4];
} __attribute__((preserve_access_index));

struct mm_struct___before_6_2 {
	struct mm_rss_stat___before_6_2 rss_stat;
} __attribute__((preserve_access_index));

/* From 6.2 on: per-CPU counters. */
struct percpu_counter___since_6_2 {
	__s64 count;
	__s32 *counters;
} __attribute__((preserve_access_index));

struct mm_struct___since_6_2 {
	struct percpu_counter___since_6_2 rss_stat[4];
} __attribute__((preserve_access_index));

static __always_inline __s64 pages_before_6_2(struct mm_struct___before_6_2 *mm)
{
	return BPF_CORE_READ(mm, rss_stat.count[RSS_FILE].counter) + BPF_CORE_READ(mm, rss_stat.count[RSS_ANON].counter) +
	       BPF_CORE_READ(mm, rss_stat.count[RSS_SHMEM].counter);
}

static __always_inline __s64 part_on_cpu(__s32 *counters, __u64 offset)
{
	__s32 part = 0;

	bpf_probe_read_kernel(&part, sizeof(part), (void *)counters + offset);
	return part;
}

/* The central counts alone may be off by a batch per CPU, so each CPU's part is added. */
static __always_inline __s64 pages_since_6_2(struct mm_struct___since_6_2 *mm)
{
	__s32 *file = BPF_CORE_READ(mm, rss_stat[RSS_FILE].counters);
	__s32 *anon = BPF_CORE_READ(mm, rss_stat[RSS_ANON].counters);
	__s32 *shmem = BPF_CORE_READ(mm, rss_stat[RSS_SHMEM].counters);
	__s64 pages = BPF_CORE_READ(mm, rss_stat[RSS_FILE].count) + BPF_CORE_READ(mm, rss_stat[RSS_ANON].count) +
		      BPF_CORE_READ(mm, rss_stat[RSS_SHMEM].count);

	for (__u32 cpu = 0; cpu < cpu_count && cpu < MAX_CPUS; cpu++) {
		__u64 offset = percpu_offset(cpu);

		if (offset)
			pages += part_on_cpu(file, offset) + part_on_cpu(anon, offset) + part_on_cpu(shmem, offset);
	}
	return pages;
}

/* Kernel threads and processes that are ending have no address space. */
static __always_inline __u64 resident_bytes(struct mm_struct *mm)
{
	__s64 pages;

	if (!mm)
		return 0;
	if (bpf_core_type_exists(struct mm_rss_stat___before_6_2))
		pages = pages_before_6_2((void *)mm);
	else
		pages = pages_since_6_2((void *)mm);
	return pages > 0 ? pages * page_bytes : 0;
}

#endif
