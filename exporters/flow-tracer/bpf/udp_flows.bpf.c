// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   hands UDP totals over, and gives up entries that have been idle for long.
 * Hook:   iter/bpf_map_elem over udp_flows, when the pin `udp` is read.
 * Map:    udp_flows.
 * Cost:   about 0.2 µs an entry.
 * Reader: one at a time.
 */
#include "udp.h"

/* Set by the loader. */
const volatile __u64 udp_idle_ns;

static __u64 reads; /* number of the last read that began */
static __u64 complete; /* number of the last read that reached the end */

static __always_inline void fill_identity(struct flow_row *row, const struct udp_key *key, const struct udp_flow *flow)
{
	row->head = (struct row_head){ .size = sizeof(struct udp_row), .kind = ROW_UDP, .version = ROWS_VERSION };
	row->netns = flow->owner.netns;
	row->netns_cookie = flow->owner.netns_cookie;
	row->cookie = key->cookie;
	row->cgroup_id = flow->cgroup_id;
	row->start_ns = flow->start_ns;
	__builtin_memcpy(row->source_address, key->source_address, 16);
	__builtin_memcpy(row->destination_address, key->destination_address, 16);
	row->source_port = key->source_port;
	row->destination_port = key->destination_port;
	row->pid = flow->owner.pid;
	__builtin_memcpy(row->comm, flow->owner.comm, sizeof(row->comm));
	row->family = flow->family;
	row->protocol = IPPROTO_UDP;
	row->role = flow->role;
}

/* The coarse clock may lie a tick before the flow's own start. */
static __always_inline __u64 last_since_boot(const struct udp_flow *flow)
{
	__u64 last_ns = flow->last_ns + (bpf_ktime_get_boot_ns() - bpf_ktime_get_ns());

	return last_ns > flow->start_ns ? last_ns : flow->start_ns;
}

static __always_inline bool is_idle(const struct udp_flow *flow)
{
	return bpf_ktime_get_ns() - flow->last_ns > udp_idle_ns;
}

/* To the byte, in a read that reached its end. */
static __always_inline bool is_handed_over(const struct udp_flow *flow)
{
	return flow->shown_in && flow->shown_in <= complete && flow->shown_packets == flow->packets &&
	       flow->shown_bytes == flow->sent_bytes + flow->received_bytes;
}

/* Fails when a packet has come meanwhile; one that comes later finds the mark and is counted as lost. */
static __always_inline bool give_up(struct udp_flow *flow)
{
	__u64 packets = flow->shown_packets;

	return __sync_val_compare_and_swap(&flow->packets, packets, packets | UDP_REMOVED) == packets;
}

SEC("iter/bpf_map_elem")
int udp(struct bpf_iter__bpf_map_elem *ctx)
{
	struct udp_flow *flow = ctx->value;
	struct udp_key *key = ctx->key;
	struct udp_row row = {};
	struct udp_key copy;
	__u64 packets;

	if (!flow || !key) { /* the call after the last entry */
		complete = reads;
		return 0;
	}
	if (ctx->meta->seq_num == 0)
		reads++;
	if (is_idle(flow) && is_handed_over(flow) && give_up(flow)) {
		copy = *key;
		bpf_map_delete_elem(&udp_flows, &copy);
		return 0;
	}
	packets = flow->packets;
	fill_identity(&row.flow, key, flow);
	row.sent_packets = flow->sent_packets;
	row.received_packets = packets - row.sent_packets;
	row.flow.sent_bytes = flow->sent_bytes;
	row.flow.received_bytes = flow->received_bytes;
	row.last_ns = last_since_boot(flow);
	row.entry = flow->entry;
	flow->shown_in = reads;
	flow->shown_packets = packets;
	flow->shown_bytes = row.flow.sent_bytes + row.flow.received_bytes;
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
