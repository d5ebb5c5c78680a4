// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   the sockets open now, as rows.
 * Hook:   two iterators. `snapshot` copies all sockets into an array in one pass and outputs nothing; `live` outputs
 *         the array. Outputting from the storage itself is quadratic: each resumed read skips the bucket again.
 * Map:    live_rows: rows in chunks, so that `live` visits few elements when few sockets are open.
 * Cost:   per read, about 0.8 µs a socket (90,000: 66 ms to copy, 8 ms to output); nothing between reads.
 * Reader: one at a time: `snapshot` first, then `live`.
 */
#include "flow_row.h"

#define CHUNK_ROWS 64

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
static __u64 opened_before; /* flows_opened as this snapshot began */
static __u64 counted_open; /* flows in this snapshot whose start was seen */

static __always_inline struct flow_row *claim_row(void)
{
	__u32 number = next_row / CHUNK_ROWS;
	struct row_chunk *chunk = bpf_map_lookup_elem(&live_rows, &number);

	if (!chunk) {
		lost++;
		return NULL;
	}
	return &chunk->rows[next_row++ % CHUNK_ROWS];
}

/*
 * A flow that was counted before the walk is in the walk, or has ended by its end, or its end went unseen. Flows that
 * come and go meanwhile can only hide a miss, until a later walk, and never make one up.
 */
static __always_inline __u64 missed_closings(void)
{
	__u64 known = counted_open + flows_ended;

	return opened_before > known ? opened_before - known : 0;
}

static __always_inline void begin(void)
{
	opened_before = flows_opened;
	next_row = lost = counted_open = 0;
}

static __always_inline void publish(void)
{
	__u64 missed = missed_closings();

	if (missed > missed_events)
		missed_events = missed;
	live_count = next_row;
	live_lost = lost;
}

/* A socket that has closed keeps its storage until it is freed, but its row is in closed_rows. */
static __always_inline bool is_open(const struct sock *sk, const struct flow_state *state)
{
	__u8 now = sk->__sk_common.skc_state;

	return now != TCP_LISTEN && now != TCP_CLOSE && state->seen != TCP_CLOSE;
}

SEC("iter/bpf_sk_storage_map")
int snapshot(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct flow_state *state = ctx->value;
	struct sock *sk = ctx->sk;
	struct tcp_sock *tcp;
	struct flow_row *row;

	if (ctx->meta->seq_num == 0)
		begin();
	if (!sk || !state) {
		publish(); /* the call after the last socket */
		return 0;
	}
	counted_open += state->counted;
	if (!is_open(sk, state))
		return 0;
	tcp = bpf_skc_to_tcp_sock(sk);
	if (!tcp)
		return 0;
	row = claim_row();
	if (row)
		fill_flow_row(row, sk, tcp, state);
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
