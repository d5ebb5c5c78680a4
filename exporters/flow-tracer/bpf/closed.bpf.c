// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   hands the flows that ended over, each exactly once.
 * Hook:   two iterators over closed_rows. `closed` outputs each row and marks it with the number of this read; when its
 *         walk has reached the end, that number is complete. `closed_ack` frees the rows a complete read has marked.
 * Map:    closed_rows; see closed.h for who may touch a slot when.
 * Cost:   per read, 20 ns a chunk and 30 ns a row; a chunk without rows is skipped at its first word.
 * Reader: one. A read that broke off completes nothing: its rows are shown again, with the same sequence. Of two reads
 *         at once the later one is shown the rows, and the other one comes to its end without completing anything.
 */
#include "closed.h"

static __u64 reading; /* the session of the read that began last */
static __u64 complete; /* the number of that read, once its walk has ended; until then an acknowledgement frees nothing */

static __always_inline bool is_published(const struct closed_row *row)
{
	__u64 sequence = *(volatile const __u64 *)&row->sequence;

	return sequence != SLOT_FREE && sequence != SLOT_CLAIMED;
}

/* When the output has no room for the chunk, the kernel takes back all of it and asks for it again. */
SEC("iter/bpf_map_elem")
int closed(struct bpf_iter__bpf_map_elem *ctx)
{
	struct closed_chunk *chunk = ctx->value;

	if (chunk && ctx->meta->seq_num == 0) {
		complete = 0;
		reading = ctx->meta->session_id;
		closed_reads++;
	}
	if (reading != ctx->meta->session_id)
		return 0;
	if (!chunk) { /* the call after the last chunk */
		complete = closed_reads;
		return 0;
	}
	if (!chunk->in_use)
		return 0;
	for (int i = 0; i < CHUNK_ROWS; i++) {
		struct closed_row *row = &chunk->rows[i];

		if (!is_published(row))
			continue;
		row->mark = closed_reads;
		bpf_seq_write(ctx->meta->seq, row, sizeof(*row));
	}
	return 0;
}

/* Two readers may acknowledge at once: a row is freed, and counted, by one of them. */
static __always_inline void free_row(struct closed_row *row)
{
	__u64 sequence = row->sequence;

	if (__sync_val_compare_and_swap(&row->sequence, sequence, SLOT_FREE) == sequence)
		__sync_fetch_and_add(&closed_freed, 1);
}

SEC("iter/bpf_map_elem")
int closed_ack(struct bpf_iter__bpf_map_elem *ctx)
{
	struct closed_chunk *chunk = ctx->value;
	bool in_use = false;

	if (!chunk || !chunk->in_use || !complete)
		return 0;
	__sync_lock_test_and_set(&chunk->in_use, 0);
	for (int i = 0; i < CHUNK_ROWS; i++) {
		struct closed_row *row = &chunk->rows[i];

		if (is_published(row) && row->mark && row->mark <= complete)
			free_row(row);
		else if (*(volatile __u64 *)&row->sequence != SLOT_FREE)
			in_use = true;
	}
	if (in_use)
		chunk->in_use = 1;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
