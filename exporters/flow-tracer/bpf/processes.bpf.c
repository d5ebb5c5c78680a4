// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   CPU, disk, faults and memory of every process: signal_struct (threads that ended) plus the living threads.
 * Hook:   iter/task, when the pin `processes` is read; nothing between reads.
 * Cost:   a few µs a process. Threads are walked through the kernel's own list with safe reads, which works from
 *         5.15 on, where open-coded task iterators would need 6.7.
 * Reader: anyone, in the host's pid namespace.
 */
#include "memory.h"

#define MAX_THREADS 4096 /* the verifier wants an end; more threads than this are left out of the sums */

static __always_inline void fill_identity(struct process_row *row, struct task_struct *task)
{
	const char *cgroup_name = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, name);

	row->head = (struct row_head){ .size = sizeof(*row), .kind = ROW_PROCESS, .version = ROWS_VERSION };
	row->pid = task->tgid;
	row->parent_pid = BPF_CORE_READ(task, real_parent, tgid);
	row->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	row->netns_cookie = BPF_CORE_READ(task, nsproxy, net_ns, net_cookie);
	row->threads = BPF_CORE_READ(task, signal, nr_threads);
	row->start_ns = task->start_boottime;
	row->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	bpf_probe_read_kernel_str(row->comm, sizeof(row->comm), task->comm);
	bpf_probe_read_kernel_str(row->cgroup_name, sizeof(row->cgroup_name), cgroup_name);
}

/* Empty in kernels built without CONFIG_TASK_IO_ACCOUNTING. */
struct task_io_accounting___full {
	__u64 read_bytes;
	__u64 write_bytes;
} __attribute__((preserve_access_index));

static __always_inline void add_io(struct process_row *row, void *accounting)
{
	struct task_io_accounting___full *io = accounting;

	if (!bpf_core_field_exists(io->read_bytes))
		return;
	row->read_bytes += BPF_CORE_READ(io, read_bytes);
	row->written_bytes += BPF_CORE_READ(io, write_bytes);
}

static __always_inline void add_ended_threads(struct process_row *row, struct signal_struct *signal)
{
	row->cpu_ns += BPF_CORE_READ(signal, sum_sched_runtime);
	row->minor_faults += BPF_CORE_READ(signal, min_flt);
	row->major_faults += BPF_CORE_READ(signal, maj_flt);
	add_io(row, &signal->ioac);
}

static __always_inline void add_thread(struct process_row *row, struct task_struct *thread)
{
	row->cpu_ns += BPF_CORE_READ(thread, se.sum_exec_runtime);
	row->minor_faults += BPF_CORE_READ(thread, min_flt);
	row->major_faults += BPF_CORE_READ(thread, maj_flt);
	add_io(row, &thread->ioac);
}

/* The iterator holds the RCU read lock: a thread that leaves the list meanwhile stays readable. */
static __always_inline void add_living_threads(struct process_row *row, struct signal_struct *signal)
{
	struct list_head *end = &signal->thread_head;
	struct list_head *node = BPF_CORE_READ(signal, thread_head.next);

	for (int i = 0; i < MAX_THREADS && node != end; i++) {
		struct task_struct *thread = (void *)node - bpf_core_field_offset(struct task_struct, thread_node);

		add_thread(row, thread);
		node = BPF_CORE_READ(node, next);
	}
}

SEC("iter/task")
int processes(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct process_row row = {};

	if (!task || task->pid != task->tgid)
		return 0;
	fill_identity(&row, task);
	add_ended_threads(&row, task->signal);
	add_living_threads(&row, task->signal);
	row.resident_bytes = resident_bytes(task->mm);
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
