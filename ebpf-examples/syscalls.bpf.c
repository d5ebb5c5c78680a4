// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   counts system calls by number.
 * Hook:   raw_tp/sys_enter, every system call on the host.
 * Map:    syscalls_total: number → calls; one copy per CPU, so that no CPU waits for another.
 * Cost:   some 30 ns a call: one lookup, one add.
 * Reader: ebpf_exporter, which sums the copies and names the numbers (syscalls.yaml).
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "counter.h"

#define MOST_SYSCALLS 512

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, MOST_SYSCALLS);
	__type(key, __u32);
	__type(value, __u64);
} syscalls_total SEC(".maps");

SEC("raw_tp/sys_enter")
int count_syscall(struct bpf_raw_tracepoint_args *ctx)
{
	__s64 number = ctx->args[1];
	__u32 key = number;

	/* -1: a tracer or seccomp turned the call away */
	if (number < 0 || number >= MOST_SYSCALLS)
		return 0;
	count(&syscalls_total, &key, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
