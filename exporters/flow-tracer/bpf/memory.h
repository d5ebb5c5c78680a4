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
struct mm_struct___before_6_2 {
	struct {
		struct {
			long counter;
		} count[4];
	} rss_stat;
} __attribute__((preserve_access_index));

/* From 6.2 on: per-CPU counters; the central counts alone may be off by a batch per CPU. */
struct percpu_counter___since_6_2 {
	__s64 count;
	__s32 *counters;
} __attribute__((preserve_access_index));

struct mm_struct___since_6_2 {
	struct percpu_counter___since_6_2 rss_stat[4];
} __attribute__((preserve_access_index));

static __always_inline __s64 pages_before_6_2(struct mm_struct___before_6_2 *mm)
{
	return BPF_CORE_READ(mm, rss_stat.count[RSS_FILE].counter) +
	       BPF_CORE_READ(mm, rss_stat.count[RSS_ANON].counter) +
	       BPF_CORE_READ(mm, rss_stat.count[RSS_SHMEM].counter);
}

static __always_inline __s64 pages_since_6_2(struct mm_struct___since_6_2 *mm)
{
	return BPF_CORE_READ(mm, rss_stat[RSS_FILE].count) + sum_over_cpus(BPF_CORE_READ(mm, rss_stat[RSS_FILE].counters)) +
	       BPF_CORE_READ(mm, rss_stat[RSS_ANON].count) + sum_over_cpus(BPF_CORE_READ(mm, rss_stat[RSS_ANON].counters)) +
	       BPF_CORE_READ(mm, rss_stat[RSS_SHMEM].count) + sum_over_cpus(BPF_CORE_READ(mm, rss_stat[RSS_SHMEM].counters));
}

/* Kernel threads and processes that are ending have no address space. */
static __always_inline __u64 resident_bytes(struct mm_struct *mm)
{
	struct mm_struct___before_6_2 *old = (void *)mm;
	__s64 pages;

	if (!mm)
		return 0;
	/* asks for a field, not a type: a type that is missing makes libbpf look into modules, which needs SYS_ADMIN */
	if (bpf_core_field_exists(old->rss_stat.count))
		pages = pages_before_6_2(old);
	else
		pages = pages_since_6_2((void *)mm);
	return pages > 0 ? pages * page_bytes : 0;
}

#endif
