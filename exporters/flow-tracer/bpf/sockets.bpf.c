// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   keeps start, role and owner of a TCP flow in the storage of its socket.
 * Hook:   tp_btf/inet_sock_set_state: connection set-up and tear-down only, never a packet.
 * Map:    flow_states, about 420 bytes of kernel memory a socket.
 * Reader: none; live.bpf.c hands the result over.
 */
#include "tracer.h"

static __always_inline void connecting(struct sock *sk)
{
	struct flow_state *state = make_flow_state(sk);

	if (!state)
		return;
	state->start_ns = bpf_ktime_get_boot_ns();
	state->role = ROLE_CLIENT;
	set_owner(state, bpf_get_current_task_btf(), OWNER_CALLER);
}

/* Sockets that come out of a listener inherit its state (BPF_F_CLONE): a first guess at their owner. */
static __always_inline void listening(struct sock *sk)
{
	struct flow_state *state = make_flow_state(sk);

	if (!state)
		return;
	state->role = ROLE_UNKNOWN;
	set_owner(state, bpf_get_current_task_btf(), OWNER_INHERITED);
}

/* Runs in softirq: the current task is a stranger. A simultaneous open passes here too and stays a client. */
static __always_inline void accepted(struct sock *sk)
{
	struct flow_state *state = make_flow_state(sk);

	if (!state || state->role == ROLE_CLIENT)
		return;
	state->start_ns = bpf_ktime_get_boot_ns();
	state->role = ROLE_SERVER;
	state->owner = OWNER_INHERITED;
}

/* Runs in the process that closes, so it names whoever really held an accepted socket; kernel workers close late. */
static __always_inline void closing(struct sock *sk)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct flow_state *state = flow_state_of(sk);

	if (state && state->role != ROLE_CLIENT && !(task->flags & PF_KTHREAD))
		set_owner(state, task, OWNER_CALLER);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(follow_state, struct sock *sk, int old_state, int new_state)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	if (new_state == TCP_SYN_SENT)
		connecting(sk);
	else if (new_state == TCP_LISTEN)
		listening(sk);
	else if (new_state == TCP_ESTABLISHED && old_state == TCP_SYN_RECV)
		accepted(sk);
	else if (new_state == TCP_FIN_WAIT1 || new_state == TCP_LAST_ACK)
		closing(sk);
	else if (new_state == TCP_CLOSE)
		bpf_sk_storage_delete(&flow_states, sk);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
