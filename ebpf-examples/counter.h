/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* A counter in a hash map, made when it is first counted, so that only what happened is exported. */
#ifndef FLOWTALLY_COUNTER_H
#define FLOWTALLY_COUNTER_H

static __always_inline void count(void *map, const void *key, __u64 amount)
{
	__u64 *counter = bpf_map_lookup_elem(map, key);

	if (!counter) {
		__u64 zero = 0;

		/* loses to whoever made it in between, and then finds theirs */
		bpf_map_update_elem(map, key, &zero, BPF_NOEXIST);
		counter = bpf_map_lookup_elem(map, key);
		if (!counter)
			return;
	}
	__sync_fetch_and_add(counter, amount);
}

#endif
