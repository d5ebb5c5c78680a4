// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   counts UDP payload per socket and peer where the kernel lets no program into its functions: see
 *         udp_functions.h, which is preferred.
 * Hook:   cgroup_skb egress and ingress, cgroup/sock_create, at the root of the v2 hierarchy: every socket on the host.
 * Map:    udp_flows, udp_spaces, udp_owners.
 * Cost:   per UDP packet and socket, and some per TCP segment: see docs/benchmark.md.
 * Reader: udp_flows.bpf.c.
 */
#include "udp_table.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
#define ALLOW 1
#define MAX_EXTENSIONS 6

static __always_inline bool parse_udp(struct datagrams *seen, struct __sk_buff *skb, __u32 offset, __u16 family)
{
	struct udphdr header;

	if (bpf_skb_load_bytes(skb, offset, &header, sizeof(header)))
		return false;
	seen->key.ports_family = seen->sent ? ports_and_family(header.source, header.dest, family) :
					      ports_and_family(header.dest, header.source, family);
	seen->bytes = skb->len - offset - sizeof(header);
	return true;
}

static __always_inline bool parse_ipv4(struct datagrams *seen, struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data;

	if ((void *)(ip + 1) > end || ip->protocol != IPPROTO_UDP)
		return false;
	put_ipv4(seen->key.local, seen->sent ? ip->saddr : ip->daddr);
	put_ipv4(seen->key.remote, seen->sent ? ip->daddr : ip->saddr);
	return parse_udp(seen, skb, ip->ihl * 4, AF_INET);
}

#define FRAGMENT 44

/* Options on the way, routing, a fragment: each says what comes next, and how many eight bytes beyond its first it takes. */
static __always_inline bool is_extension(__u8 header)
{
	return header == 0 || header == 43 || header == 60 || header == FRAGMENT;
}

struct extension {
	__u8 next;
	__u8 more_eights; /* nothing in a fragment's header, which always takes eight bytes */
	__be16 offset; /* a fragment's, and three bits of flags: here only one that is all there is of its packet comes by */
};

/* Where UDP's header begins, or 0. */
static __always_inline __u32 after_extensions(struct __sk_buff *skb, __u8 header)
{
	__u32 offset = sizeof(struct ipv6hdr);
	struct extension extension;
	bool is_fragment;

	for (int i = 0; i < MAX_EXTENSIONS && is_extension(header); i++) {
		if (bpf_skb_load_bytes(skb, offset, &extension, sizeof(extension)))
			return 0;
		is_fragment = header == FRAGMENT;
		if (is_fragment && extension.offset & bpf_htons(0xfff8))
			return 0;
		header = extension.next;
		offset += is_fragment ? 8 : (extension.more_eights + 1) * 8;
	}
	return header == IPPROTO_UDP ? offset : 0;
}

static __always_inline bool parse_ipv6(struct datagrams *seen, struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ipv6hdr *ip = data;
	__u32 offset;

	if ((void *)(ip + 1) > end || (ip->nexthdr != IPPROTO_UDP && !is_extension(ip->nexthdr)))
		return false;
	__builtin_memcpy(seen->key.local, seen->sent ? &ip->saddr : &ip->daddr, 16);
	__builtin_memcpy(seen->key.remote, seen->sent ? &ip->daddr : &ip->saddr, 16);
	offset = ip->nexthdr == IPPROTO_UDP ? sizeof(*ip) : after_extensions(skb, ip->nexthdr);
	return offset && parse_udp(seen, skb, offset, AF_INET6);
}

static __always_inline struct udp_origin *origin_of(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	sk = sk ? bpf_sk_fullsock(sk) : NULL;
	return sk ? bpf_sk_storage_get(&udp_owners, sk, 0, 0) : NULL;
}

static __always_inline void set_owner_of(struct udp_flow *flow, struct __sk_buff *skb)
{
	struct udp_origin *origin = origin_of(skb);

	if (!origin)
		return;
	flow->owner = origin->owner;
	flow->netns_owner = origin->netns_owner;
}

static __always_inline struct udp_flow *add(struct __sk_buff *skb, const struct datagrams *first)
{
	struct udp_origin *origin = origin_of(skb);

	return add_udp(first, bpf_skb_cgroup_id(skb), origin ? origin->owner.netns_cookie : 0);
}

static __always_inline bool is_datagram_socket(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	sk = sk ? bpf_sk_fullsock(sk) : NULL;
	return sk && sk->type == SOCK_DGRAM && sk->protocol == IPPROTO_UDP;
}

/* A datagram behind more headers than are looked through is not counted, but not passed over either. */
static __always_inline bool hides_datagram(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ipv6hdr *ip = data;

	return skb->protocol == bpf_htons(ETH_P_IPV6) && (void *)(ip + 1) <= end && is_extension(ip->nexthdr) &&
	       is_datagram_socket(skb);
}

/* False: the entry has been freed meanwhile. */
static __always_inline bool count_once(struct __sk_buff *skb, const struct datagrams *seen)
{
	struct udp_flow *flow = find_udp(&seen->key);

	if (!flow && !is_datagram_socket(skb))
		return true;
	if (!flow)
		flow = add(skb, seen);
	if (!flow) {
		__sync_fetch_and_add(&udp_lost, seen->count);
		return true;
	}
	if (!flow->owner.pid)
		set_owner_of(flow, skb);
	return count_udp_in(flow, seen->sent, seen->count, seen->bytes);
}

/* Not static: the verifier looks at such a function once, not once for each call. */
__noinline int count_in_table(struct __sk_buff *skb, const struct datagrams *seen)
{
	if (seen && !count_once(skb, seen) && !count_once(skb, seen))
		__sync_fetch_and_add(&udp_lost, seen->count);
	return 0;
}

static __always_inline int count(struct __sk_buff *skb, bool sent)
{
	struct datagrams seen = { .sent = sent };
	bool udp;

	if (skb->protocol == bpf_htons(ETH_P_IP))
		udp = parse_ipv4(&seen, skb);
	else
		udp = skb->protocol == bpf_htons(ETH_P_IPV6) && parse_ipv6(&seen, skb);
	if (!udp) {
		if (hides_datagram(skb))
			__sync_fetch_and_add(&udp_lost, 1);
		return ALLOW;
	}
	seen.key.cookie = bpf_get_socket_cookie(skb);
	seen.count = skb->gso_segs > 1 ? skb->gso_segs : 1;
	count_in_table(skb, &seen);
	return ALLOW;
}

SEC("cgroup_skb/egress")
int udp_sent(struct __sk_buff *skb)
{
	return count(skb, true);
}

SEC("cgroup_skb/ingress")
int udp_received(struct __sk_buff *skb)
{
	return count(skb, false);
}

SEC("cgroup/sock_create")
int udp_socket(struct bpf_sock *sk)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct udp_origin *origin;

	if (sk->protocol != IPPROTO_UDP)
		return ALLOW;
	origin = bpf_sk_storage_get(&udp_owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!origin)
		return ALLOW;
	origin->owner.netns_cookie = bpf_get_netns_cookie(sk);
	/* the kernel makes sockets in other namespaces than that of the process too */
	if (task->nsproxy->net_ns->net_cookie == origin->owner.netns_cookie)
		set_udp_netns(origin, task->nsproxy->net_ns);
	set_udp_owner(&origin->owner, task);
	return ALLOW;
}

char LICENSE[] SEC("license") = "GPL";
