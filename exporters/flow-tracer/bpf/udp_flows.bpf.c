// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   hands UDP totals over, and frees entries that have been idle for long.
 * Hook:   two iterators. `udp` goes over udp_flows, shows each entry, and marks it with the number of the first read that
 *         has shown it as it is. Once it is idle and a read from that one on was acknowledged, it is freed. `udp_ack`
 *         acknowledges the last read that has reached its end: it goes over status_slot, whose one element means nothing
 *         to it.
 * Map:    udp_flows, udp_spaces.
 * Cost:   about 0.2 µs an entry, and 1 ns a free slot; an acknowledgement takes 1 µs, whatever there is.
 * Reader: one at a time. A reader that is killed before it acknowledges is followed by one that is shown the same.
 */
#include "udp_table.h"

#define CROWDED_IDLE_NS 1000000000ULL

/* Set by the loader. */
const volatile __u64 udp_idle_ns;
const volatile __u64 tick_ns; /* of jiffies */

static __u64 reads; /* number of the last read that began */
static __u64 complete; /* number of the last read that reached the end */
static __u64 acknowledged; /* number of the last read whose totals are safe, as its reader says */

static __always_inline void fill_identity(struct flow_row *row, const struct udp_flow *flow)
{
	row->head = (struct row_head){ .size = sizeof(struct udp_row), .kind = ROW_UDP, .version = ROWS_VERSION };
	row->netns = flow->owner.netns;
	row->netns_cookie = flow->owner.netns_cookie;
	row->cookie = flow->key.cookie;
	row->cgroup_id = flow->cgroup_id;
	row->start_ns = flow->start_ns;
	__builtin_memcpy(row->source_address, flow->key.local, 16);
	__builtin_memcpy(row->destination_address, flow->key.remote, 16);
	row->source_port = bpf_ntohs(flow->key.ports_family);
	row->destination_port = bpf_ntohs(flow->key.ports_family >> 16);
	row->pid = flow->owner.pid;
	__builtin_memcpy(row->comm, flow->owner.comm, sizeof(row->comm));
	row->family = flow->key.ports_family >> 32;
	row->protocol = IPPROTO_UDP;
	row->role = flow->role;
	row->netns_owner = flow->netns_owner;
}

static __always_inline __u64 idle_ns_of(const struct udp_flow *flow)
{
	return (bpf_jiffies64() - flow->last_tick) * tick_ns;
}

/* A tick may have begun before the flow did. */
static __always_inline __u64 last_since_boot(const struct udp_flow *flow)
{
	__u64 last_ns = bpf_ktime_get_boot_ns() - idle_ns_of(flow);

	return last_ns > flow->start_ns ? last_ns : flow->start_ns;
}

/* To the byte, in a read that was acknowledged. */
static __always_inline bool is_handed_over(const struct udp_flow *flow)
{
	return flow->shown_in && flow->shown_in <= acknowledged && flow->shown_packets == flow->packets &&
	       flow->shown_bytes == flow->sent_bytes + flow->received_bytes;
}

static __always_inline void show(struct bpf_iter_meta *meta, struct udp_flow *flow)
{
	struct udp_row row = {};
	__u64 packets, bytes;

	fill_identity(&row.flow, flow);
	row.sent_packets = *(volatile __u64 *)&flow->sent_packets;
	packets = *(volatile __u64 *)&flow->packets; /* after it: what has been sent is among them */
	row.received_packets = packets - row.sent_packets;
	row.flow.sent_bytes = flow->sent_bytes;
	row.flow.received_bytes = flow->received_bytes;
	row.last_ns = last_since_boot(flow);
	row.entry = flow->entry;
	bytes = row.flow.sent_bytes + row.flow.received_bytes;
	if (!flow->shown_in || flow->shown_packets != packets || flow->shown_bytes != bytes)
		flow->shown_in = reads;
	flow->shown_packets = packets;
	flow->shown_bytes = bytes;
	bpf_seq_write(meta->seq, &row, sizeof(row));
}

/* The table is more than half full, and the flow's namespace has more of it than is left for all. */
static __always_inline bool is_crowding(const struct udp_flow *flow)
{
	__u64 space = flow->space, left = udp_slots_left(), *taken;

	if (left * 2 > udp_slots_shared)
		return false;
	taken = bpf_map_lookup_elem(&udp_spaces, &space);
	return taken && *taken > left;
}

static __always_inline bool is_over(const struct udp_flow *flow)
{
	__u64 idle_ns = idle_ns_of(flow);

	if (idle_ns > udp_idle_ns)
		return true;
	/* whoever has just made it may lose the CPU before the first datagram is counted */
	return idle_ns > CROWDED_IDLE_NS && flow->shown_packets && is_crowding(flow);
}

/* A flow that another CPU added too, in the moment in which it gives its own up, is no row. */
static __always_inline void show_or_give_up(struct bpf_iter_meta *meta, __u64 *tag, struct udp_flow *flow)
{
	if (is_over(flow) && is_handed_over(flow) && give_up_udp(flow, flow->shown_packets))
		publish(tag, UDP_GIVEN_UP);
	else if (!(flow->packets & UDP_REMOVED))
		show(meta, flow);
}

static __always_inline void free_slot(__u64 *tag, const struct udp_flow *flow)
{
	leave_udp_space(flow->space);
	publish(tag, UDP_FREE);
}

static __always_inline void visit(struct bpf_iter_meta *meta, struct udp_bucket *bucket)
{
	for (__u32 i = 0; i < UDP_BUCKET_SLOTS; i++) {
		__u64 tag = *(volatile __u64 *)&bucket->tags[i];

		if (tag == UDP_FREE)
			continue;
		if (tag == UDP_GIVEN_UP)
			publish(&bucket->tags[i], UDP_GIVEN_UP_EARLIER);
		else if (tag == UDP_GIVEN_UP_EARLIER)
			free_slot(&bucket->tags[i], &bucket->flows[i]);
		else if (tag != UDP_CLAIMED)
			show_or_give_up(meta, &bucket->tags[i], &bucket->flows[i]);
	}
}

/* When the output has no room for the group, the kernel takes back all of it and asks for it again. */
SEC("iter/bpf_map_elem")
int udp(struct bpf_iter__bpf_map_elem *ctx)
{
	struct udp_group *group = ctx->value;

	if (!group) { /* the call after the last group */
		complete = reads;
		return 0;
	}
	if (ctx->meta->seq_num == 0)
		reads++;
	for (__u32 i = 0; i < UDP_GROUP_BUCKETS; i++)
		visit(ctx->meta, &group->buckets[i]);
	return 0;
}

/* A read that broke off is none to acknowledge: what it has shown is marked with a higher number. */
SEC("iter/bpf_map_elem")
int udp_ack(struct bpf_iter__bpf_map_elem *ctx)
{
	acknowledged = complete;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
