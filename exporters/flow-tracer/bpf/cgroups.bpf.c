// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   which control groups there are, each with its path, so that a socket's container is known however soon it ended.
 * Hook:   tp_btf/cgroup_mkdir and cgroup_rmdir; an iterator over the table. The kernel holds one lock as it makes and
 *         removes control groups of any hierarchy, so that neither program meets itself or the other.
 * Map:    cgroup_rows; see cgroup_table.h for who may touch a slot when.
 * Cost:   about 1 µs for each that is made or removed; per read, about 30 ns a bucket and 100 ns a row.
 * Reader: pin `cgroups`, anyone: reading frees nothing. Those that went five minutes ago are shown once more.
 */
#include "tracer.h"
#include "cgroup_table.h"

#define DEFAULT_HIERARCHY 0 /* of cgroup v2, which sockets are in; those of v1 have other numbers */
#define ROOT_USER 0
#define KEPT_NS 300000000000ULL

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, CGROUP_BUCKETS);
	__type(key, __u32);
	__type(value, struct cgroup_bucket);
} cgroup_rows SEC(".maps");

static __always_inline struct cgroup_bucket *bucket_number(__u32 number)
{
	return bpf_map_lookup_elem(&cgroup_rows, &number);
}

static __always_inline struct cgroup_choice choose_slot(__u64 id, bool of_root)
{
	struct cgroup_choice best = { .worth = CGROUP_CLAIMED };
	struct cgroup_bucket *first = bucket_number(cgroup_bucket_of(id, of_root, false));
	struct cgroup_bucket *second = bucket_number(cgroup_bucket_of(id, of_root, true));

	if (first)
		choose_cgroup_slot(&best, first);
	if (second)
		choose_cgroup_slot(&best, second);
	return best;
}

/* The kernel has the path in memory of its own, which is no pointer to a type. */
static __always_inline void fill_row(struct cgroup_row *row, const struct cgroup *cgroup, const char *path)
{
	long length = bpf_probe_read_kernel_str(row->path, sizeof(row->path), path);

	row->head = (struct row_head){ .size = sizeof(*row), .kind = ROW_CGROUP, .version = ROWS_VERSION };
	row->cut_off = length == sizeof(row->path);
	row->id = cgroup->kn->id;
	row->made_ns = bpf_ktime_get_boot_ns();
	row->removed_ns = 0;
	if (length < 0)
		row->path[0] = '\0';
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_made, struct cgroup *cgroup, const char *path)
{
	struct cgroup_choice place;

	if (cgroup->root->hierarchy_id != DEFAULT_HIERARCHY)
		return 0;
	place = choose_slot(cgroup->kn->id, (__u32)bpf_get_current_uid_gid() == ROOT_USER);
	if (!place.slot ||
	    __sync_val_compare_and_swap(&place.slot->number, place.number, CGROUP_CLAIMED) != place.number) {
		__sync_fetch_and_add(&cgroups_lost, 1);
		return 0;
	}
	if (place.number && place.slot->shown != place.number)
		__sync_fetch_and_add(&cgroups_lost, 1);
	fill_row(&place.slot->row, cgroup, path);
	publish(&place.slot->number, __sync_fetch_and_add(&last_cgroup, 1) + 1);
	return 0;
}

static __always_inline void mark_removed(struct cgroup_bucket *bucket, __u64 id)
{
	for (int i = 0; bucket && i < CGROUP_BUCKET_SLOTS; i++)
		if (bucket->slots[i].row.id == id)
			bucket->slots[i].row.removed_ns = bpf_ktime_get_boot_ns();
}

/* Whoever removes one need not be who made it. */
SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(cgroup_removed, struct cgroup *cgroup)
{
	__u64 id = cgroup->kn->id;

	if (cgroup->root->hierarchy_id != DEFAULT_HIERARCHY)
		return 0;
	mark_removed(bucket_number(cgroup_bucket_of(id, true, false)), id);
	mark_removed(bucket_number(cgroup_bucket_of(id, true, true)), id);
	mark_removed(bucket_number(cgroup_bucket_of(id, false, false)), id);
	mark_removed(bucket_number(cgroup_bucket_of(id, false, true)), id);
	return 0;
}

static __always_inline bool is_over(const struct cgroup_slot *slot, __u64 number)
{
	__u64 removed_ns = slot->row.removed_ns;

	return removed_ns && slot->shown == number && bpf_ktime_get_boot_ns() - removed_ns > KEPT_NS;
}

/* A row that was written anew meanwhile may have got two halves: 1 makes the kernel take back the bucket, and ask again. */
SEC("iter/bpf_map_elem")
int cgroups(struct bpf_iter__bpf_map_elem *ctx)
{
	struct cgroup_bucket *bucket = ctx->value;

	for (int i = 0; bucket && i < CGROUP_BUCKET_SLOTS; i++) {
		struct cgroup_slot *slot = &bucket->slots[i];
		__u64 number = *(volatile __u64 *)&slot->number;

		if (!number || number == CGROUP_CLAIMED || is_over(slot, number))
			continue;
		bpf_seq_write(ctx->meta->seq, &slot->row, sizeof(slot->row));
		if (*(volatile __u64 *)&slot->number != number)
			return 1;
		slot->shown = number;
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
