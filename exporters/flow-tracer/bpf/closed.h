/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The ring of flows that ended: written when a socket closes, on any CPU; read and freed by one reader (closed.bpf.c).
 *
 * A slot's `sequence` says whose it is, and every hand-over is one atomic operation on it:
 *   FREE     → CLAIMED   by the one writer whose compare-and-swap succeeds; a slot in use is refused and counted
 *   CLAIMED  → sequence  by that writer, when all else in the slot is written: from here on it is the reader's
 *   sequence → FREE      by the reader, once a complete read has shown the row
 * So no two writers share a slot, even when one of them sleeps (a stolen virtual CPU) until the ring has come round;
 * the reader never sees half a row; and a row is neither overwritten before nor shown after it was acknowledged.
 */
#ifndef FLOWTALLY_CLOSED_H
#define FLOWTALLY_CLOSED_H

#include "flow_row.h"
#include "listeners.h"
#include "sizes.h"

struct closed_chunk {
	__u64 in_use; /* 0: every slot is free, a reader need not look */
	struct closed_row rows[CHUNK_ROWS];
};

/* The loader sets max_entries, a power of two. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct closed_chunk);
} closed_rows __weak SEC(".maps");

/* Chunks less one, set by the loader. */
__weak const volatile __u32 closed_chunk_mask;

__weak __u64 last_sequence;
__weak __u64 closed_lost;
__weak __u64 closed_freed;
__weak __u64 closed_reads;

/*
 * The reader clears in_use, then looks at the slots; the writer claims its slot, then looks at in_use. Both steps are
 * full barriers, so at least one of the two sees what the other did, and no chunk with a row in it is skipped.
 */
static __always_inline struct closed_row *claim_closed_row(__u64 *sequence)
{
	struct closed_chunk *chunk;
	struct closed_row *row;
	__u32 number;

	*sequence = __sync_fetch_and_add(&last_sequence, 1) + 1;
	number = *sequence / CHUNK_ROWS & closed_chunk_mask;
	chunk = bpf_map_lookup_elem(&closed_rows, &number);
	if (!chunk)
		return NULL;
	row = &chunk->rows[*sequence % CHUNK_ROWS];
	if (__sync_val_compare_and_swap(&row->sequence, SLOT_FREE, SLOT_CLAIMED) != SLOT_FREE) {
		__sync_fetch_and_add(&closed_lost, 1);
		return NULL;
	}
	if (!chunk->in_use)
		chunk->in_use = 1;
	return row;
}

/* Called as the socket closes: its state is still the one before. */
static __always_inline void add_closed_row(struct sock *sk, const struct flow_state *state, __u8 last_state)
{
	const struct tcp_sock *tcp = tcp_of(sk);
	struct closed_row *row;
	__u64 sequence;

	row = tcp ? claim_closed_row(&sequence) : NULL;
	if (!row)
		return;
	fill_flow_row(&row->flow, sk, tcp, state);
	row->flow.head = (struct row_head){ .size = sizeof(*row), .kind = ROW_CLOSED, .version = ROWS_VERSION };
	inherit_owner(&row->flow);
	row->last_state = last_state;
	row->flow.state = TCP_CLOSE;
	row->end_ns = bpf_ktime_get_boot_ns();
	row->error = sk->sk_err;
	row->mark = 0;
	__sync_lock_test_and_set(&row->sequence, sequence); /* an exchange: a full barrier on every architecture */
}

#endif
