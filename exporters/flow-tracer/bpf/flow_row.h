/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* From a TCP socket to its row: payload formulas and addresses. */
#ifndef FLOWTALLY_FLOW_ROW_H
#define FLOWTALLY_FLOW_ROW_H

#include "flows.h"

#define SOCK_DONE 1 /* bit number: the peer's FIN has arrived */

/* In these a socket has queued its FIN, behind all its data. */
#define FIN_QUEUED (BIT(TCP_FIN_WAIT1) | BIT(TCP_FIN_WAIT2) | BIT(TCP_CLOSING) | BIT(TCP_LAST_ACK))

/* What a socket knows of what it has sent. */
struct sent_counters {
	__u64 bytes_sent; /* every transmission, also one that this host's own queue or firewall refused */
	__u64 bytes_retrans; /* of those the repeated ones; after a refusal the kernel sends as if for the first time */
	__u64 bytes_acked; /* sequence numbers, a client's SYN and a FIN among them */
	__u32 snd_una;
	__u32 snd_nxt;
	__u32 write_seq;
};

static __always_inline __u64 transmitted_once(const struct sent_counters *of)
{
	return of->bytes_sent > of->bytes_retrans ? of->bytes_sent - of->bytes_retrans : 0;
}

/* All sequence numbers sent at least once. */
static __always_inline __u64 sequence_sent(const struct sent_counters *of)
{
	return of->bytes_acked + (__u32)(of->snd_nxt - of->snd_una);
}

/* Those of them that are no payload. */
static __always_inline __u32 control_sent(const struct sent_counters *of, __u8 role, __u8 tcp_state)
{
	return (role == ROLE_CLIENT) + ((BIT(tcp_state) & FIN_QUEUED) && of->snd_nxt == of->write_seq);
}

/*
 * The payload sent at least once. Sequence numbers tell it exactly, less SYN and FIN, where the flow was seen from its
 * start and its state is known. Else what was transmitted does, unless more of it was refused than SYN and FIN can make up.
 * Before a connection is made the numbers may still be those of the socket's last one.
 */
static __always_inline __u64 sent_payload(const struct sent_counters *of, const struct flow_state *state, __u8 tcp_state)
{
	__u64 sequence = sequence_sent(of), once;
	__u32 control;

	if (state->start_ns && tcp_state != TCP_CLOSE && tcp_state != TCP_SYN_SENT) {
		control = control_sent(of, state->role, tcp_state);
		return sequence > control ? sequence - control : 0;
	}
	once = transmitted_once(of);
	return tcp_state == TCP_SYN_SENT || once < sequence ? once : sequence;
}

/* A FIN takes one sequence number, and bytes_received counts it. */
static __always_inline __u64 received_payload(__u64 received, unsigned long flags)
{
	__u64 fin = (flags >> SOCK_DONE) & 1;

	return received > fin ? received - fin : 0;
}

static __always_inline void map_ipv4(__u8 *address, __be32 ipv4)
{
	__builtin_memset(address, 0, 10);
	__builtin_memset(address + 10, 0xff, 2);
	__builtin_memcpy(address + 12, &ipv4, 4);
}

/* Loads of the kernel's own structures: cheaper than a call that copies. */
static __always_inline void copy_ipv6(__u8 *address, const struct in6_addr *ipv6)
{
	__u32 *words = (__u32 *)address;

	for (int i = 0; i < 4; i++)
		words[i] = ipv6->in6_u.u6_addr32[i];
}

static __always_inline void fill_addresses(struct flow_row *row, const struct sock_common *common)
{
	if (common->skc_family == AF_INET) {
		map_ipv4(row->source_address, common->skc_rcv_saddr);
		map_ipv4(row->destination_address, common->skc_daddr);
	} else {
		copy_ipv6(row->source_address, &common->skc_v6_rcv_saddr);
		copy_ipv6(row->destination_address, &common->skc_v6_daddr);
	}
}

/* With cast.h included first, without a call. */
static __always_inline const struct tcp_sock *tcp_of(struct sock *sk)
{
#ifdef FLOWTALLY_CAST_H
	if (can_cast)
		return CAST(struct tcp_sock, sk);
#endif
	return bpf_skc_to_tcp_sock(sk);
}

/* What was noted as the flow began, or as it was found. */
static __always_inline void fill_identity(struct flow_row *row, const struct flow_state *state)
{
	row->netns = state->netns;
	row->cookie = state->cookie;
	row->cgroup_id = state->cgroup_id;
	row->start_ns = state->start_ns;
	row->pid = state->pid;
	__builtin_memcpy(row->comm, state->comm, sizeof(row->comm));
	row->protocol = IPPROTO_TCP;
	row->role = state->role;
	row->netns_cookie = state->netns_cookie;
}

static __always_inline void fill_flow_row(struct flow_row *row, struct sock *sk, const struct tcp_sock *tcp,
					  const struct flow_state *state)
{
	const struct sent_counters sent = {
		tcp->bytes_sent, tcp->bytes_retrans, tcp->bytes_acked, tcp->snd_una, tcp->snd_nxt, tcp->write_seq,
	};

	fill_identity(row, state);
	row->sent_bytes = sent_payload(&sent, state, sk->__sk_common.skc_state);
	row->received_bytes = received_payload(tcp->bytes_received, sk->__sk_common.skc_flags);
	fill_addresses(row, &sk->__sk_common);
	/* skc_num is cleared before the last state change, inet_sport is not */
	row->source_port = bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport);
	row->destination_port = bpf_ntohs(sk->__sk_common.skc_dport);
	row->retransmits = tcp->total_retrans;
	row->rtt_us = tcp->srtt_us >> 3;
	row->family = sk->__sk_common.skc_family;
	row->state = sk->__sk_common.skc_state;
}

#endif
