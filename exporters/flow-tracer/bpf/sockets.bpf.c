// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   keeps start, role and owner of a TCP flow in the storage of its socket, and hands the flow over as it ends.
 * Hook:   tp_btf/inet_sock_set_state: connection set-up and tear-down only, never a packet.
 * Map:    flow_states, about 420 bytes of kernel memory a socket; closed_rows.
 * Reader: none; live.bpf.c and closed.bpf.c hand the result over.
 */
#include "closed.h"

#define BIT(state) (1U << (state))
#define SET_BY_PACKETS (BIT(TCP_SYN_RECV) | BIT(TCP_CLOSE))
#define SET_BY_PROCESSES (BIT(TCP_SYN_SENT) | BIT(TCP_LISTEN) | BIT(TCP_FIN_WAIT1) | BIT(TCP_LAST_ACK))

/* Marked first, then counted: missed_closings() in live.bpf.c rests on it. */
static __always_inline void start(struct flow_state *state, enum flow_role role)
{
	state->start_ns = bpf_ktime_get_boot_ns();
	state->role = role;
	state->counted = true;
	__sync_fetch_and_add(&flows_opened, 1);
}

/* Also when a socket connects again: one descriptor can carry many flows. */
static __always_inline void connecting(struct flow_state *state)
{
	set_owner(state, bpf_get_current_task_btf(), OWNER_CALLER);
	start(state, ROLE_CLIENT);
}

/* Sockets that come out of a listener inherit its state (BPF_F_CLONE): a first guess at their owner. */
static __always_inline void listening(struct flow_state *state)
{
	state->start_ns = 0;
	state->role = ROLE_UNKNOWN;
	set_owner(state, bpf_get_current_task_btf(), OWNER_INHERITED);
}

/* A listener's new socket, in softirq: the current task is a stranger. */
static __always_inline void accepted(struct flow_state *state)
{
	state->owner = OWNER_INHERITED;
	start(state, ROLE_SERVER);
}

/* Runs in the process that closes, so it names whoever really held an accepted socket; kernel workers close late. */
static __always_inline void closing(struct flow_state *state)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (state->role != ROLE_CLIENT && !(task->flags & PF_KTHREAD))
		set_owner(state, task, OWNER_CALLER);
}

/* Counted first, then the mark goes: see start(). */
static __always_inline void closed_now(struct sock *sk, struct flow_state *state)
{
	add_closed_row(sk, state);
	if (!state->counted)
		return;
	__sync_fetch_and_add(&flows_ended, 1);
	state->counted = false;
}

static __always_inline int follow(struct sock *sk, int old_state, int new_state, __u32 watched)
{
	struct flow_state *state;

	if (!(BIT(new_state) & watched) || sk->sk_protocol != IPPROTO_TCP)
		return 0;
	/* a simultaneous open passes SYN_RECV too, and stays a client; a listener or an unconnected socket is no flow */
	if (new_state == TCP_SYN_RECV && old_state != TCP_LISTEN)
		return 0;
	if (new_state == TCP_CLOSE && (old_state == TCP_LISTEN || old_state == TCP_CLOSE))
		return 0;
	state = make_flow_state(sk);
	if (!state || state->seen == new_state)
		return 0;
	state->seen = new_state;
	if (new_state == TCP_SYN_SENT)
		connecting(state);
	else if (new_state == TCP_LISTEN)
		listening(state);
	else if (new_state == TCP_SYN_RECV)
		accepted(state);
	else if (new_state == TCP_CLOSE)
		closed_now(sk, state);
	else
		closing(state);
	return 0;
}

/*
 * Twice, because the kernel does not enter a program that is already running on this CPU: a packet that arrives while
 * it works for a process would change the state of some other socket unseen. Of two programs only one is running then,
 * and softirq on top of a process is as deep as it gets. Of all else the second finds in `seen` that it is done; no two
 * changes of one socket overlap, as the kernel makes them under the socket's lock.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(follow_state, struct sock *sk, int old_state, int new_state)
{
	return follow(sk, old_state, new_state, SET_BY_PACKETS | SET_BY_PROCESSES);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(follow_nested, struct sock *sk, int old_state, int new_state)
{
	return follow(sk, old_state, new_state, SET_BY_PACKETS);
}

char LICENSE[] SEC("license") = "GPL";
