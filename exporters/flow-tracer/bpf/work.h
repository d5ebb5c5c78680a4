/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What a process has done: signal_struct (threads that ended) plus the living threads. */
#ifndef FLOWTALLY_WORK_H
#define FLOWTALLY_WORK_H

#include "tracer.h"

#define MAX_THREADS 4096 /* the verifier wants an end; more threads than this are left out of the sums */

struct work {
	__u64 cpu_ns;
	__u64 read_bytes; /* from block devices */
	__u64 written_bytes;
	__u64 minor_faults;
	__u64 major_faults;
};

/* Empty in kernels built without CONFIG_TASK_IO_ACCOUNTING; without CONFIG_TASK_XACCT the calls are missing. */
struct task_io_accounting___full {
	__u64 rchar;
	__u64 syscr;
	__u64 read_bytes;
	__u64 write_bytes;
} __attribute__((preserve_access_index));

static __always_inline void add_io(struct work *work, void *accounting)
{
	struct task_io_accounting___full *io = accounting;

	if (!bpf_core_field_exists(io->read_bytes))
		return;
	work->read_bytes += BPF_CORE_READ(io, read_bytes);
	work->written_bytes += BPF_CORE_READ(io, write_bytes);
}

static __always_inline void add_ended_threads(struct work *work, struct signal_struct *signal)
{
	work->cpu_ns += BPF_CORE_READ(signal, sum_sched_runtime);
	work->minor_faults += BPF_CORE_READ(signal, min_flt);
	work->major_faults += BPF_CORE_READ(signal, maj_flt);
	add_io(work, &signal->ioac);
}

static __always_inline void add_thread(struct work *work, struct task_struct *thread)
{
	work->cpu_ns += BPF_CORE_READ(thread, se.sum_exec_runtime);
	work->minor_faults += BPF_CORE_READ(thread, min_flt);
	work->major_faults += BPF_CORE_READ(thread, maj_flt);
	add_io(work, &thread->ioac);
}

/* Under the RCU read lock, which iterators and programs at sockets hold: a thread that leaves the list meanwhile stays readable. */
static __always_inline void add_living_threads(struct work *work, struct signal_struct *signal)
{
	struct list_head *end = &signal->thread_head;
	struct list_head *node = BPF_CORE_READ(signal, thread_head.next);

	for (int i = 0; i < MAX_THREADS && node != end; i++) {
		struct task_struct *thread = (void *)node - bpf_core_field_offset(struct task_struct, thread_node);

		add_thread(work, thread);
		node = BPF_CORE_READ(node, next);
	}
}

/*
 * Of a process, by the address of its signal_struct. Not static: the verifier looks at such a function by itself, and what it keeps
 * of each step of the loop is small then. Within a program with a row on its stack it took more memory to load than all tables do.
 */
__noinline int read_process(struct work *work, __u64 address)
{
	if (!work)
		return 0;
	add_ended_threads(work, (struct signal_struct *)address);
	add_living_threads(work, (struct signal_struct *)address);
	return 0;
}

#endif
