// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   CPU, disk, faults and memory of every process: signal_struct (threads that ended) plus the living threads.
 * Hook:   iter/task, when the pin `processes` is read; nothing between reads.
 * Cost:   a few µs a process. Threads are walked through the kernel's own list with safe reads, which works from
 *         5.15 on, where open-coded task iterators would need 6.7.
 * Reader: anyone, in the host's pid namespace.
 */
#include "memory.h"
#include "work.h"

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

static __always_inline void fill_work(struct process_row *row, __u64 signal)
{
	struct work work = {};

	read_process(&work, signal);
	row->cpu_ns = work.cpu_ns;
	row->read_bytes = work.read_bytes;
	row->written_bytes = work.written_bytes;
	row->minor_faults = work.minor_faults;
	row->major_faults = work.major_faults;
}

SEC("iter/task")
int processes(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct process_row row = {};

	if (!task || task->pid != task->tgid)
		return 0;
	fill_identity(&row, task);
	fill_work(&row, (unsigned long)BPF_CORE_READ(task, signal)); /* read as a number, which the function takes */
	row.resident_bytes = resident_bytes(task->mm);
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
