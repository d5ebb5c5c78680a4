/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
#ifndef FLOWTALLY_NAMES_H
#define FLOWTALLY_NAMES_H

#include "tracer.h"

/* The process's name, not the thread's: threads carry names of their own. With cast.h included first, without a call. */
static __always_inline void copy_process_name(char name[16], const struct task_struct *task)
{
	const void *source = task->group_leader->comm;
#ifdef FLOWTALLY_CAST_H
	__u64 *words = (__u64 *)name;

	if (can_cast) {
		words[0] = WORDS(source)->first_word;
		words[1] = WORDS(source)->second_word;
		return;
	}
#endif
	bpf_probe_read_kernel(name, 16, source);
}

#endif
