/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The kernel does not enter a program on a CPU where it is running already. A process that loses the CPU in the midst of
 * one, as it can in programs on tracepoints from 7.0 on, and in those on kernel functions before that too, would keep all
 * others there from being seen until it comes back. So programs keep the CPU, where the kernel has functions for that.
 *
 * An interrupt meanwhile may want the CPU for another process, and to allow that again would be to hand it over at once,
 * still within the program. With interrupts off the kernel does not; it will as soon as it next looks, outside.
 */
#ifndef FLOWTALLY_PREEMPTION_H
#define FLOWTALLY_PREEMPTION_H

#include "cast.h"

/* Whether the kernel has the functions below (6.14). Set by the loader. */
const volatile bool can_keep_cpu;

extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;
extern void bpf_local_irq_save(unsigned long *flags) __ksym __weak;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym __weak;

static __always_inline void keep_cpu(void)
{
	if (can_keep_cpu)
		bpf_preempt_disable();
}

static __always_inline void leave_cpu(void)
{
	unsigned long flags;

	if (!can_keep_cpu)
		return;
	bpf_local_irq_save(&flags);
	bpf_preempt_enable();
	bpf_local_irq_restore(&flags);
}

#endif
