/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What:   follows TCP flows from their start to their end: start, role and owner, and the row of the flow that ended.
 * Hook:   tp_btf/inet_sock_set_state, tp_btf/tcp_destroy_sock, and fentry/tcp_disconnect where that works: set-up and
 *         tear-down only, never a packet.
 * Map:    flows, strays, listeners, closed_rows.
 * Reader: none; live.bpf.c and closed.bpf.c hand the result over.
 */
#ifndef FLOWTALLY_SOCKETS_H
#define FLOWTALLY_SOCKETS_H

#include "closed.h"
#include "preemption.h"

#define WATCHED (BIT(TCP_SYN_SENT) | BIT(TCP_FIN_WAIT1) | BIT(TCP_LAST_ACK) | BIT(TCP_LISTEN))

/* A slot that is still there: of a socket that connects again, or of a flow whose end no program saw. */
static __always_inline struct flow_slot slot_for_start(const struct flow_place *place, const struct sock *sk,
							struct flow_slot old)
{
	if (!old.bucket) {
		old = claim_at(place, sk);
		if (!old.bucket)
			count_without_room();
		return old;
	}
	if (is_slot_of(sk, old))
		count_missed_end(state_in(old)->ended);
	else
		count_abandoned(state_in(old)->ended);
	return old;
}

static __always_inline void start(struct flow_state *state, struct sock *sk, enum flow_role role)
{
	state->start_ns = bpf_ktime_get_boot_ns();
	state->cookie = cookie_of(sk);
	state->role = role;
	state->ended = state->ends_twice = false;
	set_identity(state, sk);
}

/* Also when a socket connects again: one descriptor can carry many flows. */
static __always_inline void connecting(const struct flow_place *place, struct sock *sk, struct flow_slot old)
{
	struct flow_slot slot = slot_for_start(place, sk, old);

	if (!slot.bucket)
		return;
	start(state_in(slot), sk, ROLE_CLIENT);
	set_owner(state_in(slot), bpf_get_current_task_btf(), OWNER_CALLER);
	publish_slot(slot, sk);
}

/* Of two sockets that open to each other at once both pass SYN_RECV, and stay clients. */
static __always_inline bool is_known(const struct sock *sk, struct flow_slot slot)
{
	return slot.bucket && !state_in(slot)->ended && is_slot_of(sk, slot);
}

/* A listener's new socket, in softirq: the current task is a stranger. */
static __always_inline void accepted(const struct flow_place *place, struct sock *sk, struct flow_slot old)
{
	struct flow_slot slot;

	if (is_known(sk, old))
		return;
	slot = slot_for_start(place, sk, old);
	if (!slot.bucket)
		return;
	start(state_in(slot), sk, ROLE_SERVER);
	state_in(slot)->pid = 0;
	state_in(slot)->owner = OWNER_NONE;
	publish_slot(slot, sk);
}

/*
 * Runs in the process that closes, so it names whoever really held an accepted socket; kernel workers close late. A
 * flow whose start went unseen gets its slot at last, so that its end is missed if it goes unseen too.
 */
static __always_inline void closing(const struct flow_place *place, struct sock *sk, struct flow_slot slot)
{
	struct task_struct *task = bpf_get_current_task_btf();

	slot = own_slot(place, sk, slot);
	if (slot.bucket && state_in(slot)->role != ROLE_CLIENT && !(task->flags & PF_KTHREAD))
		set_owner(state_in(slot), task, OWNER_CALLER);
}

static __always_inline void write_end(struct sock *sk, struct flow_state *state, __u8 last_state)
{
	add_closed_row(sk, state, last_state);
	state->ended = true;
}

/* Without a slot, and without room for one, its row is written when the kernel gives the socket up. */
static __always_inline void closed_now(const struct flow_place *place, struct sock *sk, struct flow_slot slot,
					__u8 last_state)
{
	slot = own_slot(place, sk, slot);
	if (!slot.bucket)
		return;
	if (!state_in(slot)->ends_twice)
		write_end(sk, state_in(slot), last_state);
	state_in(slot)->ends_twice = false;
}

static __always_inline bool is_of_interest(int old_state, int new_state)
{
	if (new_state == TCP_ESTABLISHED)
		return old_state == TCP_SYN_RECV;
	if (new_state == TCP_CLOSE) /* a listener or an unconnected socket is no flow */
		return old_state != TCP_LISTEN && old_state != TCP_CLOSE;
	return BIT(new_state) & WATCHED;
}

static __always_inline void follow(struct sock *sk, int old_state, int new_state)
{
	struct flow_place place = place_of(sk);
	struct flow_slot slot = find_at(&place, sk);

	if (new_state == TCP_SYN_SENT)
		connecting(&place, sk, slot);
	else if (new_state == TCP_ESTABLISHED)
		accepted(&place, sk, slot);
	else if (new_state == TCP_CLOSE)
		closed_now(&place, sk, slot, old_state);
	else
		closing(&place, sk, slot);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(follow_state, struct sock *sk, int old_state, int new_state)
{
	if (!is_of_interest(old_state, new_state) || sk->sk_protocol != IPPROTO_TCP)
		return 0;
	keep_cpu();
	if (new_state == TCP_LISTEN)
		add_listener(sk, bpf_get_current_task_btf());
	else
		follow(sk, old_state, new_state);
	leave_cpu();
	return 0;
}

static __always_inline void aborted(struct sock *sk, __u8 last_state)
{
	struct flow_place place = place_of(sk);
	struct flow_slot slot = own_slot(&place, sk, find_at(&place, sk));

	if (!slot.bucket)
		return;
	write_end(sk, state_in(slot), last_state);
	state_in(slot)->ends_twice = true;
}

/*
 * Where a process aborts its connection, the kernel wipes addresses and counters right after the last change of state:
 * whoever misses that finds nothing any more. So this is a second chance to see it, just before. It exists where a
 * program may hang on a kernel function.
 */
SEC("fentry/tcp_disconnect")
int BPF_PROG(follow_aborted, struct sock *sk)
{
	__u8 last_state = sk->__sk_common.skc_state;

	if (last_state == TCP_LISTEN || last_state == TCP_CLOSE)
		return 0;
	keep_cpu();
	aborted(sk, last_state);
	leave_cpu();
	return 0;
}

/* Not the state before the last, but whether it ever connected. */
static __always_inline __u8 probable_last_state(struct sock *sk, const struct flow_state *state)
{
	const struct tcp_sock *tcp = tcp_of(sk);

	return state->role == ROLE_CLIENT && tcp && !tcp->bytes_acked ? TCP_SYN_SENT : TCP_ESTABLISHED;
}

/* Aborted, and its end unseen: without addresses and counters there is no row, but it is known that one is missing. */
static __always_inline void given_up(struct sock *sk, const struct flow_state *state)
{
	if (state->ended)
		return;
	if (sk->__sk_common.skc_dport)
		add_closed_row(sk, state, probable_last_state(sk, state));
	else
		__sync_fetch_and_add(&missed_events, 1);
}

/*
 * Without a slot: the table was full, or its start went unseen as well, as it happens where a process loses the CPU
 * within follow_state (below) for as long as the whole connection lasts.
 */
static __always_inline void given_up_unknown(struct sock *sk)
{
	struct flow_state unknown;

	if (!was_flow(sk))
		return;
	if (!sk->__sk_common.skc_dport) {
		__sync_fetch_and_add(&missed_events, 1);
		return;
	}
	fill_unknown(&unknown, sk);
	add_closed_row(sk, &unknown, TCP_ESTABLISHED);
}

static __always_inline void destroyed(struct sock *sk)
{
	struct flow_place place = place_of(sk);
	struct flow_slot slot = find_at(&place, sk);

	if (slot.bucket && is_slot_of(sk, slot)) {
		given_up(sk, state_in(slot));
	} else {
		if (slot.bucket)
			count_abandoned(state_in(slot)->ended);
		given_up_unknown(sk);
	}
	if (slot.bucket)
		release_slot(&place, slot, sk);
}

/*
 * The kernel does not enter a program that is already running on this CPU: packets that arrive while follow_state works
 * for a process change the state of other sockets unseen, and so does all that others do where a process could lose the
 * CPU at the program's very beginning or end. The ends that are missed so are seen here, as the kernel gives the socket
 * up: at once when no process holds it, else when that closes it. Of two programs rarely both are being run. A second
 * copy of follow_state would see starts too, but cost twice.
 */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(follow_destroyed, struct sock *sk)
{
	keep_cpu();
	destroyed(sk);
	leave_cpu();
	return 0;
}

#endif
