/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The table of control groups: filled by a program as the kernel makes one, and once by the loader with those that are
 * there already. Both change it at the same time, so a slot changes hands by its `number`:
 *   0 or a number → CGROUP_CLAIMED   by the one writer whose compare-and-swap succeeds
 *   CGROUP_CLAIMED → a new number    by that writer, when the row is written
 *
 * Each control group has two buckets that it may be in, and takes the place in them that is missed least. Those that root
 * has made have buckets of their own: others can make as many as they like without taking the room of the engine's.
 */
#ifndef FLOWTALLY_CGROUP_TABLE_H
#define FLOWTALLY_CGROUP_TABLE_H

#include "rows.h"

#define CGROUP_BUCKET_SLOTS 8
#define CGROUP_BUCKETS_OF_ROOT 192 /* 1,536 control groups, and 384 of others: 0.7 MB */
#define CGROUP_BUCKETS_OF_OTHERS 48
#define CGROUP_BUCKETS (CGROUP_BUCKETS_OF_ROOT + CGROUP_BUCKETS_OF_OTHERS)
#define CGROUP_CLAIMED (~0ULL)

struct cgroup_slot {
	__u64 number; /* 0: free; else another for each row */
	__u64 shown; /* the number it had when a reader last saw the row */
	struct cgroup_row row;
};

struct cgroup_bucket {
	struct cgroup_slot slots[CGROUP_BUCKET_SLOTS];
};

/* The slot to take, and what it was when it was looked at. */
struct cgroup_choice {
	struct cgroup_slot *slot;
	__u64 number;
	__u64 worth;
};

/* `second`: 0 or 1, which of its two buckets. */
static inline __attribute__((always_inline)) __u32 cgroup_bucket_of(__u64 id, int of_root, int second)
{
	__u64 hash = id * 0x9e3779b97f4a7c15ULL;
	__u32 number = second ? hash >> 32 : hash >> 48;

	return of_root ? number % CGROUP_BUCKETS_OF_ROOT : CGROUP_BUCKETS_OF_ROOT + number % CGROUP_BUCKETS_OF_OTHERS;
}

/* What is gone and was seen is missed least, then what is gone, and what was made first before what came later. */
static inline __attribute__((always_inline)) __u64 cgroup_worth(const struct cgroup_slot *slot, __u64 number)
{
	if (!number)
		return 0;
	if (number == CGROUP_CLAIMED)
		return number;
	if (!slot->row.removed_ns)
		return 1ULL << 62 | number;
	return (slot->shown == number ? 0 : 1ULL << 61) | slot->row.removed_ns;
}

static inline __attribute__((always_inline)) void choose_cgroup_slot(struct cgroup_choice *best, struct cgroup_bucket *bucket)
{
	for (int i = 0; i < CGROUP_BUCKET_SLOTS; i++) {
		struct cgroup_slot *slot = &bucket->slots[i];
		__u64 number = *(volatile __u64 *)&slot->number;
		__u64 worth = cgroup_worth(slot, number);

		if (worth < best->worth)
			*best = (struct cgroup_choice){ slot, number, worth };
	}
}

#endif
