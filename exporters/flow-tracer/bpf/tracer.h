/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What the programs share: types of the running kernel, the state kept in each socket, its map, and the counters. */
#ifndef FLOWTALLY_TRACER_H
#define FLOWTALLY_TRACER_H

#define BPF_NO_KFUNC_PROTOTYPES /* of the kernel the build ran on; kfuncs used here are declared where they are used */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "rows.h"

#define AF_INET 2
#define AF_INET6 10
#define PF_KTHREAD 0x00200000

/* Where the owner written in a socket comes from; a better source replaces a weaker one. */
enum owner_source {
	OWNER_INHERITED, /* the listener's: wrong for pre-forking servers */
	OWNER_HOLDER, /* holds a descriptor of the socket */
	OWNER_CALLER, /* called connect(), listen() or close() */
};

/* Lives in the socket: made when the flow starts, copied from the listener on accept, gone with the socket. */
struct flow_state {
	__u64 start_ns;
	__u32 pid;
	__u8 role; /* enum flow_role */
	__u8 owner; /* enum owner_source */
	__u8 seen; /* the last TCP state that was acted on; 0: none since the tracer started */
	bool counted; /* in flows_opened, and not yet in flows_ended */
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct flow_state);
} flow_states __weak SEC(".maps");

/* The numbers of the status row, in memory the loader maps: it writes the heartbeat without a system call. */
__weak __u64 heartbeat_ns;
__weak __u32 status_flags; /* set by the loader once all is attached */
__weak __u64 live_count;
__weak __u64 live_lost;
__weak __u64 storage_lost;
__weak __u64 missed_events;

/* Flows whose start was seen, and those of them whose end was seen too. */
__weak __u64 flows_opened;
__weak __u64 flows_ended;

static __always_inline struct flow_state *flow_state_of(struct sock *sk)
{
	return bpf_sk_storage_get(&flow_states, sk, 0, 0);
}

static __always_inline struct flow_state *make_flow_state(struct sock *sk)
{
	struct flow_state *state = bpf_sk_storage_get(&flow_states, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!state)
		__sync_fetch_and_add(&storage_lost, 1);
	return state;
}

/* The process, not the thread: threads carry names of their own. */
static __always_inline void set_owner(struct flow_state *state, struct task_struct *task, enum owner_source owner)
{
	state->pid = task->tgid;
	state->owner = owner;
	__builtin_memcpy(state->comm, task->group_leader->comm, sizeof(state->comm));
}

#endif
