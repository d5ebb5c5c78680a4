// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   whether the tracer lives, and what it had no room for.
 * Hook:   iter/bpf_map_elem over a map of one element, which is there only to be iterated once.
 * Map:    status_slot.
 * Reader: pin `status`, one row; the loader's own health check too.
 */
#include "closed.h"
#include "udp_table.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} status_slot SEC(".maps");

SEC("iter/bpf_map_elem")
int status(struct bpf_iter__bpf_map_elem *ctx)
{
	struct status_row row = {
		.head = { .size = sizeof(row), .kind = ROW_STATUS, .version = ROWS_VERSION },
		.heartbeat_ns = heartbeat_ns,
		.live_rows = live_count,
		.live_lost = live_lost,
		.table_full = table_full,
		.closed_lost = closed_lost,
		.missed_events = missed_events + unseen_flows,
		.udp_lost = udp_lost + refused_datagrams,
		.flags = status_flags,
		.udp_mode = udp_mode,
		.flows_room = flows_room,
		.closed_room = closed_room,
		.udp_room = udp_room,
		.table_bytes = table_bytes,
		.refused_runs = refused_runs,
		.closed_written = last_sequence,
		.closed_freed = closed_freed,
		.closed_reads = closed_reads,
		.snapshots = snapshots,
		.live_snapshot = live_snapshot,
		.cgroups_lost = cgroups_lost,
	};

	if (ctx->value)
		bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
