// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   follows TCP flows from their start to their end: start, role and owner, and the row of the flow that ended.
 * Hook:   tp_btf/inet_sock_set_state and tp_btf/tcp_destroy_sock: set-up and tear-down only, never a packet.
 * Map:    flows, listeners, closed_rows.
 * Reader: none; live.bpf.c and closed.bpf.c hand the result over.
 */
#include "closed.h"

#define BIT(state) (1U << (state))
#define WATCHED (BIT(TCP_SYN_SENT) | BIT(TCP_FIN_WAIT1) | BIT(TCP_LAST_ACK) | BIT(TCP_LISTEN))

static const struct flow_state unknown;

/*
 * A slot that is still there: of a socket that connects again; or of a flow whose end no program saw; or, never
 * established, of one of two sockets that came out of the same request, of which the kernel keeps one.
 */
static __always_inline struct flow_slot slot_for_start(struct sock *sk, struct flow_slot old)
{
	if (!old.bucket) {
		old = claim_slot(sk);
		if (!old.bucket)
			count_without_room();
		return old;
	}
	if (!state_in(old)->ended && state_in(old)->cookie)
		__sync_fetch_and_add(&missed_events, 1);
	return old;
}

static __always_inline void start(struct flow_state *state, struct sock *sk, enum flow_role role)
{
	state->start_ns = bpf_ktime_get_boot_ns();
	state->role = role;
	state->ended = false;
	set_identity(state, sk);
}

/* Also when a socket connects again: one descriptor can carry many flows. */
static __always_inline void connecting(struct sock *sk, struct flow_slot old)
{
	struct flow_slot slot = slot_for_start(sk, old);

	if (!slot.bucket)
		return;
	start(state_in(slot), sk, ROLE_CLIENT);
	state_in(slot)->cookie = cookie_of(sk);
	set_owner(state_in(slot), bpf_get_current_task_btf(), OWNER_CALLER);
	publish_slot(slot, sk);
}

/* A listener's new socket, in softirq: the current task is a stranger. The kernel sets its cookie after this. */
static __always_inline void accepted(struct sock *sk, struct flow_slot old)
{
	struct flow_slot slot = slot_for_start(sk, old);

	if (!slot.bucket)
		return;
	start(state_in(slot), sk, ROLE_SERVER);
	state_in(slot)->cookie = 0;
	state_in(slot)->pid = 0;
	state_in(slot)->owner = OWNER_NONE;
	publish_slot(slot, sk);
}

static __always_inline void established(struct sock *sk, struct flow_slot slot)
{
	if (slot.bucket)
		state_in(slot)->cookie = cookie_of(sk);
}

/*
 * Runs in the process that closes, so it names whoever really held an accepted socket; kernel workers close late. A
 * flow whose start went unseen gets its slot at last, so that its end is missed if it goes unseen too.
 */
static __always_inline void closing(struct sock *sk, struct flow_slot slot)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!slot.bucket)
		slot = add_unknown(sk, false);
	established(sk, slot);
	if (slot.bucket && state_in(slot)->role != ROLE_CLIENT && !(task->flags & PF_KTHREAD))
		set_owner(state_in(slot), task, OWNER_CALLER);
}

/* Without a slot, and without room for one, its row is written when the kernel gives the socket up. */
static __always_inline void closed_now(struct sock *sk, struct flow_slot slot, __u8 last_state)
{
	if (!slot.bucket)
		slot = add_unknown(sk, true);
	if (!slot.bucket)
		return;
	add_closed_row(sk, state_in(slot), last_state);
	state_in(slot)->ended = true;
}

/* A simultaneous open passes SYN_RECV too, and stays a client; a listener or an unconnected socket is no flow. */
static __always_inline bool is_of_interest(int old_state, int new_state)
{
	if (new_state == TCP_SYN_RECV)
		return old_state == TCP_LISTEN;
	if (new_state == TCP_ESTABLISHED)
		return old_state == TCP_SYN_RECV;
	if (new_state == TCP_CLOSE)
		return old_state != TCP_LISTEN && old_state != TCP_CLOSE;
	return BIT(new_state) & WATCHED;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(follow_state, struct sock *sk, int old_state, int new_state)
{
	struct flow_slot slot;

	if (!is_of_interest(old_state, new_state) || sk->sk_protocol != IPPROTO_TCP)
		return 0;
	if (new_state == TCP_LISTEN) {
		add_listener(sk, bpf_get_current_task_btf());
		return 0;
	}
	slot = find_slot(sk);
	if (new_state == TCP_SYN_SENT)
		connecting(sk, slot);
	else if (new_state == TCP_SYN_RECV)
		accepted(sk, slot);
	else if (new_state == TCP_CLOSE)
		closed_now(sk, slot, old_state);
	else if (new_state == TCP_ESTABLISHED)
		established(sk, slot);
	else
		closing(sk, slot);
	return 0;
}

/* Not the state before the last, but whether it ever connected. */
static __always_inline __u8 probable_last_state(struct sock *sk, const struct flow_state *state)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	return state->role == ROLE_CLIENT && tcp && !tcp->bytes_acked ? TCP_SYN_SENT : TCP_ESTABLISHED;
}

/* A socket without a peer never was a flow. */
static __always_inline void given_up(struct sock *sk, const struct flow_state *state)
{
	if (!state->ended && sk->__sk_common.skc_dport)
		add_closed_row(sk, state, probable_last_state(sk, state));
}

/*
 * The kernel does not enter a program that is already running on this CPU: packets that arrive while follow_state works
 * for a process change the state of other sockets unseen. The ends they bring are seen here, as the kernel gives the
 * socket up: at once when no process holds it, else when that closes it. Of two programs only one is running then, and
 * softirq on top of a process is as deep as it gets. A second copy of follow_state would see starts too, but cost twice.
 */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(follow_destroyed, struct sock *sk)
{
	struct flow_slot slot = find_slot(sk);

	given_up(sk, slot.bucket ? state_in(slot) : &unknown);
	if (slot.bucket)
		release_slot(slot);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
