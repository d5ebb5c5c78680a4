/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What:   counts UDP payload per socket and peer: UDP sockets keep no books of their own.
 * Hook:   fentry on the functions that UDP's datagrams pass once, and TCP's segments never: ip_send_skb and ip6_send_skb
 *         (built, not yet translated by any NAT of this host), __udp_enqueue_schedule_skb (arrived at a socket),
 *         udp_lib_get_port (a socket gets its port, in the process that asks for it).
 * Map:    udp_flows, udp_spaces, udp_owners.
 * Cost:   per UDP datagram, and nothing per TCP segment: see docs/benchmark.md.
 * Reader: udp_flows.bpf.c.
 *
 * A program is not entered on a CPU where it is running already. Datagrams that pass then are not counted here, but by
 * the kernel; the loader adds them to what was lost.
 */
#ifndef FLOWTALLY_UDP_FUNCTIONS_H
#define FLOWTALLY_UDP_FUNCTIONS_H

#include "preemption.h"
#include "udp_table.h"

#define IPV6_VERSION 6

/* ---- Any datagram ---- */

/* Several datagrams of one size may travel as one. */
static __always_inline __u32 count_of(const struct sk_buff *skb, const unsigned char *head)
{
	const void *shared = head + skb->end;
	unsigned short segments = 0;

	if (can_cast)
		segments = CAST(struct skb_shared_info, shared)->gso_segs;
	else
		bpf_probe_read_kernel(&segments, sizeof(segments),
				      shared + bpf_core_field_offset(struct skb_shared_info, gso_segs));
	return segments > 1 ? segments : 1;
}

static __always_inline void set_owner_of(struct udp_flow *flow, struct sock *sk)
{
	struct udp_origin *origin = bpf_sk_storage_get(&udp_owners, sk, 0, 0);
	const struct net *net = sk->__sk_common.skc_net.net;

	if (origin)
		flow->owner = origin->owner;
	flow->owner.netns = net->ns.inum;
	flow->owner.netns_cookie = net->net_cookie;
	flow->netns_owner = netns_owner_of(net);
}

/* False: the entry has been freed meanwhile. */
static __always_inline bool count_once(struct sock *sk, const struct datagrams *seen)
{
	struct udp_flow *flow = find_udp(&seen->key);

	if (!flow)
		flow = add_udp(seen, sk->sk_cgrp_data.cgroup->kn->id, sk->__sk_common.skc_net.net->net_cookie);
	if (!flow) {
		__sync_fetch_and_add(&udp_lost, seen->count);
		return true;
	}
	if (!flow->owner.pid)
		set_owner_of(flow, sk);
	return count_udp_in(flow, seen->sent, seen->count, seen->bytes);
}

/* The headers are where the kernel has noted them, however long: options and extensions are in between. */
static __always_inline bool parse(struct datagrams *seen, const void *ip, const void *udp)
{
	struct ipv6hdr ipv6;
	__be16 ports[2];
	struct iphdr ipv4;
	__u16 family = AF_INET;

	if (bpf_probe_read_kernel(&ipv4, sizeof(ipv4), ip) || bpf_probe_read_kernel(ports, sizeof(ports), udp))
		return false;
	if (ipv4.version == IPV6_VERSION) {
		if (bpf_probe_read_kernel(&ipv6, sizeof(ipv6), ip))
			return false;
		family = AF_INET6;
		__builtin_memcpy(seen->key.local, seen->sent ? &ipv6.saddr : &ipv6.daddr, 16);
		__builtin_memcpy(seen->key.remote, seen->sent ? &ipv6.daddr : &ipv6.saddr, 16);
	} else {
		put_ipv4(seen->key.local, seen->sent ? ipv4.saddr : ipv4.daddr);
		put_ipv4(seen->key.remote, seen->sent ? ipv4.daddr : ipv4.saddr);
	}
	seen->key.ports_family = seen->sent ? ports_and_family(ports[0], ports[1], family) :
					      ports_and_family(ports[1], ports[0], family);
	return true;
}

/*
 * The first datagram of a flow, those of a flow that has no owner yet, and all that are not plain IPv4. A packet on its
 * way out begins with its network header; of one that has arrived all headers have been pulled.
 */
static __noinline int count_any(struct sock *sk, struct sk_buff *skb, bool sent)
{
	struct datagrams seen = { .sent = sent };
	const unsigned char *head = skb->head;
	__u32 headers = sent ? skb->transport_header - skb->network_header + sizeof(struct udphdr) : 0;

	if (sk->sk_protocol != IPPROTO_UDP || sk->sk_type != SOCK_DGRAM || skb->len < headers)
		return 0;
	if (!parse(&seen, head + skb->network_header, head + skb->transport_header))
		return 0;
	seen.key.cookie = cookie_of(sk);
	seen.bytes = skb->len - headers;
	seen.count = count_of(skb, head);
	if (!count_once(sk, &seen) && !count_once(sk, &seen))
		__sync_fetch_and_add(&udp_lost, seen.count);
	return 0;
}

/* ---- The next datagram of an IPv4 flow: all in registers ---- */

/* The packet's bytes from the ninth on, as they lie in memory. */
struct ipv4_words {
	__u64 protocol_and_source; /* time to live, protocol, checksum, source address */
	__u64 destination_and_ports;
};

static __always_inline bool read_ipv4(struct ipv4_words *words, const void *packet)
{
	if (!can_cast)
		return bpf_probe_read_kernel(words, sizeof(*words), packet + 8) == 0;
	words->protocol_and_source = WORDS(packet)->second_word;
	words->destination_and_ports = WORDS(packet)->third_word;
	return true;
}

struct header_offsets {
	__u16 transport;
	__u16 network;
};

/* Two neighbours, with one load where that is possible. */
static __always_inline struct header_offsets offsets_of(const struct sk_buff *skb)
{
	__u32 transport = bpf_core_field_offset(struct sk_buff, transport_header);
	__u32 network = bpf_core_field_offset(struct sk_buff, network_header);
	__u64 both;

	if (!can_cast || network != transport + 2)
		return (struct header_offsets){ skb->transport_header, skb->network_header };
	both = WORDS((const void *)skb + transport)->first_word;
	return (struct header_offsets){ both, both >> 16 };
}

static __always_inline __u64 swap_ports(__u64 ports)
{
	return ports >> 16 | (ports & 0xffff) << 16;
}

static __always_inline struct udp_flow *find_ipv4(__u64 cookie, __u32 local, __u32 remote, __u64 ports_family)
{
	__u64 hash = udp_hash_ipv4(cookie, local, remote, ports_family), tag = udp_tag(hash);
	struct udp_bucket *bucket = udp_bucket_of(hash);

#pragma unroll
	for (__u32 i = 0; bucket && i < UDP_BUCKET_SLOTS; i++) {
		struct udp_flow *flow = &bucket->flows[i];

		/* what the family is says what else is in the addresses */
		if (bucket->tags[i] == tag && flow->key.cookie == cookie && flow->key.ports_family == ports_family &&
		    ipv4_of(flow->key.local) == local && ipv4_of(flow->key.remote) == remote)
			return flow;
	}
	return NULL;
}

/* False: count it as any other. */
static __always_inline bool count_next_ipv4(struct sock *sk, struct sk_buff *skb, bool sent)
{
	__u64 cookie = sk->__sk_common.skc_cookie.counter, ports, family = (__u64)AF_INET << 32;
	struct header_offsets offsets = offsets_of(skb);
	const unsigned char *head = skb->head;
	__u32 source, destination;
	struct ipv4_words words;
	struct udp_flow *flow;

	/* without options; the shortest header of IPv6 is twice as long */
	if ((__u16)(offsets.transport - offsets.network) != sizeof(struct iphdr) || !read_ipv4(&words, head + offsets.network))
		return false;
	if ((__u8)(words.protocol_and_source >> 8) != IPPROTO_UDP)
		return false;
	source = words.protocol_and_source >> 32;
	destination = words.destination_and_ports;
	ports = words.destination_and_ports >> 32;
	flow = sent ? find_ipv4(cookie, source, destination, ports | family) :
		      find_ipv4(cookie, destination, source, swap_ports(ports) | family);
	if (!flow || !flow->owner.pid)
		return false;
	return count_udp_in(flow, sent, count_of(skb, head),
			    sent ? skb->len - sizeof(struct iphdr) - sizeof(struct udphdr) : skb->len);
}

static __always_inline void count_datagrams(struct sock *sk, struct sk_buff *skb, bool sent)
{
	keep_cpu();
	if (!count_next_ipv4(sk, skb, sent))
		count_any(sk, skb, sent);
	leave_cpu();
}

/* TCP's resets and the kernel's pings come by here too. */
SEC("fentry/ip_send_skb")
int BPF_PROG(udp_sent4, struct net *net, struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	if (sk)
		count_datagrams(sk, skb, true);
	return 0;
}

SEC("fentry/ip6_send_skb")
int BPF_PROG(udp_sent6, struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	if (!sk)
		return 0;
	keep_cpu();
	count_any(sk, skb, true);
	leave_cpu();
	return 0;
}

SEC("fentry/__udp_enqueue_schedule_skb")
int BPF_PROG(udp_arrived, struct sock *sk, struct sk_buff *skb)
{
	count_datagrams(sk, skb, false);
	return 0;
}

/* With bind(), connect() or the first datagram. */
SEC("fentry/udp_lib_get_port")
int BPF_PROG(udp_port, struct sock *sk)
{
	struct udp_origin *origin = bpf_sk_storage_get(&udp_owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!origin)
		return 0;
	set_udp_netns(origin, sk->__sk_common.skc_net.net);
	set_udp_owner(&origin->owner, bpf_get_current_task_btf());
	return 0;
}

#endif
