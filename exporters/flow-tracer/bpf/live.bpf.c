// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   the sockets open now, as rows.
 * Hook:   two iterators. `snapshot` copies all flows into an array and outputs nothing; `live` outputs the array.
 * Map:    flows; live_rows: rows in chunks, so that `live` visits few elements when few sockets are open.
 * Cost:   per read, about 0.35 µs a socket, and 30 ns an empty bucket; nothing between reads.
 * Reader: one at a time: `snapshot` first, then `live`. Of two snapshots at once the one that began last is taken, and the
 *         other one comes to its end without a row; whether one began while `live` was read, pin `status` shows.
 *
 * Sockets are read with safe reads, as they may go meanwhile; their cookie then differs.
 */
#include "flow_row.h"
#include "listeners.h"
#include "sizes.h"

struct row_chunk {
	struct flow_row rows[CHUNK_ROWS];
};

/* The loader sets max_entries. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct row_chunk);
} live_rows SEC(".maps");

static __u64 next_row;
static __u64 lost;
static __u64 refused_before; /* refused_ends as the snapshot that is being taken began */
static __u64 taking; /* the session of the snapshot that is being taken */
static __u64 is_busy; /* 1 while a program works on the rows: never across two of its runs */

static __always_inline struct flow_row *next_free_row(void)
{
	__u32 number = next_row / CHUNK_ROWS;
	struct row_chunk *chunk = bpf_map_lookup_elem(&live_rows, &number);

	if (!chunk) {
		lost++;
		return NULL;
	}
	return &chunk->rows[next_row % CHUNK_ROWS];
}

/*
 * Each time that follow_destroyed was not entered it left a slot, which has been found by now, or there was none: a flow
 * that no program saw at all, or of which the table had no room for the slot. A socket that never carried one may be
 * among them.
 */
static __always_inline void count_unseen(void)
{
	__u64 found = abandoned_slots;

	if (refused_before > found + unseen_flows)
		unseen_flows = refused_before - found;
}

static __always_inline void publish_count(void)
{
	count_unseen();
	live_count = next_row;
	live_lost = lost;
	publish(&live_snapshot, snapshots);
}

/* Large enough for what every kernel has in it. */
union common_part {
	struct sock_common common;
	__u8 room[256];
};

static __always_inline bool read_common(union common_part *part, const struct sock *sk)
{
	__u32 size = bpf_core_type_size(struct sock_common);

	return size <= sizeof(*part) && bpf_probe_read_kernel(part, size, sk) == 0;
}

static __always_inline void fill_from_common(struct flow_row *row, const struct sock_common *common)
{
	fill_addresses(row, common);
	row->source_port = common->skc_num;
	row->destination_port = bpf_ntohs(common->skc_dport);
	row->family = common->skc_family;
	row->state = common->skc_state;
}

/*
 * The socket goes on meanwhile. What is acknowledged between the two reads is missed until the next time, rather than
 * counted twice; and a FIN that is sent after the state was read is no payload among what was transmitted.
 */
static __always_inline __u64 sent_so_far(struct tcp_sock *tcp, const struct flow_state *state, __u8 tcp_state)
{
	__u64 retrans = BPF_CORE_READ(tcp, bytes_retrans), sent = BPF_CORE_READ(tcp, bytes_sent), sequence, once, payload;
	__u64 acked = BPF_CORE_READ(tcp, bytes_acked);
	__u32 una = BPF_CORE_READ(tcp, snd_una), next = BPF_CORE_READ(tcp, snd_nxt);
	bool fin_sent = BIT(tcp_state) & FIN_QUEUED && next == BPF_CORE_READ(tcp, write_seq);

	sequence = sequence_sent(acked, una, next);
	once = transmitted_once(sent, retrans, sequence, tcp_state);
	if (!is_followed(state, tcp_state))
		return once;
	payload = without_control(sequence, state->role, fin_sent);
	return payload < once ? payload : once;
}

static __always_inline void fill_counters(struct flow_row *row, struct tcp_sock *tcp, const struct flow_state *state,
					  unsigned long flags)
{
	row->sent_bytes = sent_so_far(tcp, state, row->state);
	row->received_bytes = received_payload(BPF_CORE_READ(tcp, bytes_received), flags);
	row->retransmits = BPF_CORE_READ(tcp, total_retrans);
	row->rtt_us = BPF_CORE_READ(tcp, srtt_us) >> 3;
}

static __always_inline bool is_open(__u8 tcp_state)
{
	return tcp_state != TCP_LISTEN && tcp_state != TCP_CLOSE;
}

/* The slot still names a socket that was freed, or is another by now. */
static __always_inline bool is_gone(const struct sock_common *common, const struct flow_state *state)
{
	return !common->skc_refcnt.refs.counter || (__u64)common->skc_cookie.counter != state->cookie;
}

/* No program saw its end. */
static __always_inline void free_slot(struct flow_bucket *bucket, __u32 number, __u64 socket)
{
	bool ended = bucket->flows[number].ended;

	release_stray(socket);
	if (__sync_val_compare_and_swap(&bucket->sockets[number], socket, SLOT_FREE) == socket)
		count_abandoned(ended);
}

static __always_inline void show(struct flow_bucket *bucket, __u32 number, __u64 socket)
{
	struct flow_state *state = &bucket->flows[number];
	struct sock *sk = (struct sock *)socket;
	union common_part part;
	struct flow_row *row;

	if (!read_common(&part, sk) || is_gone(&part.common, state)) {
		free_slot(bucket, number, socket);
		return;
	}
	if (state->ended || !is_open(part.common.skc_state))
		return;
	row = next_free_row();
	if (!row)
		return;
	row->head = (struct row_head){ .size = sizeof(*row), .kind = ROW_FLOW, .version = ROWS_VERSION };
	fill_identity(row, state);
	fill_from_common(row, &part.common);
	fill_counters(row, (struct tcp_sock *)sk, state, part.common.skc_flags);
	inherit_owner(row);
	/* the flow may have ended meanwhile, and the slot have changed hands */
	if (*(volatile __u64 *)&bucket->sockets[number] == socket && *(volatile __u64 *)&state->cookie == row->cookie)
		next_row++;
}

/* Not static: the verifier looks at such a function once, not once for each call. */
__noinline int show_all(struct flow_bucket *bucket)
{
	for (__u32 i = 0; bucket && i < BUCKET_SLOTS; i++) {
		__u64 socket = *(volatile __u64 *)&bucket->sockets[i];

		if (socket != SLOT_FREE && socket != SLOT_CLAIMED)
			show(bucket, i, socket);
	}
	return 0;
}

static __always_inline void begin_snapshot(__u64 session)
{
	taking = session;
	snapshots++;
	refused_before = refused_ends;
	next_row = lost = 0;
}

/* NULL: the call after the last group. */
static __always_inline void take_group(struct flow_group *group)
{
	if (!group) {
		publish_count();
		return;
	}
	for (__u32 i = 0; i < GROUP_BUCKETS; i++)
		show_all(&group->buckets[i]);
}

SEC("iter/bpf_map_elem")
int snapshot(struct bpf_iter__bpf_map_elem *ctx)
{
	struct flow_group *group = ctx->value;
	__u64 session = ctx->meta->session_id;
	bool is_first = group && ctx->meta->seq_num == 0;

	if ((!is_first && taking != session) || __sync_val_compare_and_swap(&is_busy, 0, 1))
		return 0;
	if (is_first)
		begin_snapshot(session);
	if (taking == session)
		take_group(group);
	__sync_lock_test_and_set(&is_busy, 0);
	return 0;
}

SEC("iter/bpf_map_elem")
int live(struct bpf_iter__bpf_map_elem *ctx)
{
	struct row_chunk *chunk = ctx->value;
	__u32 *number = ctx->key;
	__u64 first, rows;

	if (!chunk || !number)
		return 0;
	first = (__u64)*number * CHUNK_ROWS;
	if (first >= live_count)
		return 0;
	rows = live_count - first;
	if (rows > CHUNK_ROWS)
		rows = CHUNK_ROWS;
	bpf_seq_write(ctx->meta->seq, chunk, rows * sizeof(struct flow_row));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
