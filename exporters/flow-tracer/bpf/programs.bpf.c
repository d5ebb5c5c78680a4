// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   every BPF program on the host, how often and how long it ran, and who holds it.
 * Hook:   iter/bpf_prog, when the pin `programs` is read; nothing between reads.
 * Map:    holders, as the last two reads of `owners` found them.
 * Cost:   about 1 µs a program and CPU.
 * Reader: anyone. Runs and times stand still while kernel.bpf_stats_enabled is 0; before 5.18 they are 0.
 */
#include "holders.h"
#include "percpu.h"

/* Before 5.16: plain numbers, where now each is a structure around one. */
struct bpf_prog_stats___before_5_16 {
	__u64 cnt;
	__u64 nsecs;
	__u64 misses;
} __attribute__((preserve_access_index));

#define COUNTER_OFFSET(field)                                              \
	(bpf_core_field_exists(struct bpf_prog_stats, field) ?              \
		 bpf_core_field_offset(struct bpf_prog_stats, field) :      \
		 bpf_core_field_offset(struct bpf_prog_stats___before_5_16, field))

static __always_inline void fill_counters(struct program_row *row, struct bpf_prog *program)
{
	void *stats = (void *)BPF_CORE_READ(program, stats);

	if (!stats)
		return;
	row->runs = sum_u64_over_cpus(stats + COUNTER_OFFSET(cnt));
	row->run_time_ns = sum_u64_over_cpus(stats + COUNTER_OFFSET(nsecs));
	row->recursion_misses = sum_u64_over_cpus(stats + COUNTER_OFFSET(misses));
}

static __always_inline void fill_holder(struct program_row *row)
{
	struct holder *holder = bpf_map_lookup_elem(&holders, &row->id);

	/* the pass of now may not have come to it yet */
	if (!holder || holder->pass + 1 < owner_passes)
		return;
	row->holder_pid = holder->pid;
	__builtin_memcpy(row->holder_comm, holder->comm, sizeof(row->holder_comm));
}

SEC("iter/bpf_prog")
int programs(struct bpf_iter__bpf_prog *ctx)
{
	struct bpf_prog *program = ctx->prog;
	struct program_row row = {
		.head = { .size = sizeof(row), .kind = ROW_PROGRAM, .version = ROWS_VERSION },
	};
	struct bpf_prog_aux *aux;

	if (!program)
		return 0;
	aux = program->aux;
	row.id = aux->id;
	row.type = program->type;
	row.uid = BPF_CORE_READ(aux, user, uid.val);
	row.loaded_ns = aux->load_time;
	bpf_probe_read_kernel_str(row.name, sizeof(row.name), aux->name);
	bpf_probe_read_kernel_str(row.attach_name, sizeof(row.attach_name), BPF_CORE_READ(aux, attach_func_name));
	fill_counters(&row, program);
	fill_holder(&row);
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
