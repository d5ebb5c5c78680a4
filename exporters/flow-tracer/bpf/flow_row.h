/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* From a TCP socket to its row: payload formulas and addresses. */
#ifndef FLOWTALLY_FLOW_ROW_H
#define FLOWTALLY_FLOW_ROW_H

#include "flows.h"

#define SOCK_DONE 1 /* bit number: the peer's FIN has arrived */

/* In these a socket has queued its FIN, behind all its data. */
#define FIN_QUEUED (BIT(TCP_FIN_WAIT1) | BIT(TCP_FIN_WAIT2) | BIT(TCP_CLOSING) | BIT(TCP_LAST_ACK))

/* Whether its payload follows from sequence numbers: it was seen from its start, and its state is known. */
static __always_inline bool is_followed(const struct flow_state *state, __u8 tcp_state)
{
	return state->start_ns && tcp_state != TCP_CLOSE && tcp_state != TCP_SYN_SENT;
}

/* All sequence numbers sent at least once; bytes_acked counts a client's SYN and a FIN among them. */
static __always_inline __u64 sequence_sent(__u64 bytes_acked, __u32 snd_una, __u32 snd_nxt)
{
	return bytes_acked + (__u32)(snd_nxt - snd_una);
}

static __always_inline __u64 without_control(__u64 sequence, __u8 role, bool fin_sent)
{
	__u32 control = (role == ROLE_CLIENT) + fin_sent;

	return sequence > control ? sequence - control : 0;
}

/*
 * bytes_sent counts every transmission, bytes_retrans the repeated ones. But what this host's own queue or firewall refused
 * is sent again as if for the first time: then it is more than SYN and FIN can make up for. Before a connection is made the
 * sequence numbers may still be those of the socket's last one.
 */
static __always_inline __u64 transmitted_once(__u64 bytes_sent, __u64 bytes_retrans, __u64 sequence, __u8 tcp_state)
{
	__u64 once = bytes_sent > bytes_retrans ? bytes_sent - bytes_retrans : 0;

	return tcp_state == TCP_SYN_SENT || once < sequence ? once : sequence;
}

/* The payload sent at least once. */
static __always_inline __u64 sent_payload(const struct tcp_sock *tcp, const struct flow_state *state, __u8 tcp_state)
{
	__u32 next = tcp->snd_nxt;
	__u64 sequence = sequence_sent(tcp->bytes_acked, tcp->snd_una, next);

	if (!is_followed(state, tcp_state))
		return transmitted_once(tcp->bytes_sent, tcp->bytes_retrans, sequence, tcp_state);
	return without_control(sequence, state->role, BIT(tcp_state) & FIN_QUEUED && next == tcp->write_seq);
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
	row->netns_owner = state->netns_owner;
	row->netns_cookie = state->netns_cookie;
}

static __always_inline void fill_flow_row(struct flow_row *row, struct sock *sk, const struct tcp_sock *tcp,
					  const struct flow_state *state)
{
	fill_identity(row, state);
	row->sent_bytes = sent_payload(tcp, state, sk->__sk_common.skc_state);
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
