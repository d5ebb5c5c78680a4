// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   counts UDP payload per socket and peer: UDP sockets keep no books of their own.
 * Hook:   cgroup_skb egress and ingress, cgroup/sock_create, at the root of the v2 hierarchy: every socket on the host.
 * Map:    udp_flows, udp_owners.
 * Cost:   per UDP packet and socket, and next to nothing per TCP segment: see docs/benchmark.md.
 * Reader: udp_flows.bpf.c.
 */
#include "udp.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
#define ALLOW 1

struct datagram {
	struct udp_key key;
	__u32 header_bytes;
	__u16 family;
};

static __u64 last_entry;

static __always_inline void set_side(struct datagram *datagram, const struct udphdr *udp, bool sent)
{
	datagram->key.source_port = bpf_ntohs(sent ? udp->source : udp->dest);
	datagram->key.destination_port = bpf_ntohs(sent ? udp->dest : udp->source);
}

static __always_inline void map_ipv4(__u8 *address, __be32 ipv4)
{
	__u32 *words = (__u32 *)address;

	words[2] = bpf_htonl(0xffff);
	words[3] = ipv4;
}

static __always_inline bool parse_ipv4(struct datagram *datagram, void *data, void *end, bool sent)
{
	struct iphdr *ip = data;
	struct udphdr *udp;

	if ((void *)(ip + 1) > end || ip->protocol != IPPROTO_UDP)
		return false;
	datagram->header_bytes = ip->ihl * 4 + sizeof(*udp);
	udp = data + ip->ihl * 4;
	if ((void *)(udp + 1) > end)
		return false;
	datagram->family = AF_INET;
	map_ipv4(datagram->key.source_address, sent ? ip->saddr : ip->daddr);
	map_ipv4(datagram->key.destination_address, sent ? ip->daddr : ip->saddr);
	set_side(datagram, udp, sent);
	return true;
}

static __always_inline bool parse_ipv6(struct datagram *datagram, void *data, void *end, bool sent)
{
	struct ipv6hdr *ip = data;
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(udp + 1) > end || ip->nexthdr != IPPROTO_UDP)
		return false;
	datagram->header_bytes = sizeof(*ip) + sizeof(*udp);
	datagram->family = AF_INET6;
	__builtin_memcpy(datagram->key.source_address, sent ? &ip->saddr : &ip->daddr, 16);
	__builtin_memcpy(datagram->key.destination_address, sent ? &ip->daddr : &ip->saddr, 16);
	set_side(datagram, udp, sent);
	return true;
}

static __always_inline void set_owner_of(struct udp_flow *flow, struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct udp_owner *owner;

	sk = sk ? bpf_sk_fullsock(sk) : NULL;
	owner = sk ? bpf_sk_storage_get(&udp_owners, sk, 0, 0) : NULL;
	if (owner)
		flow->owner = *owner;
}

/* Out of line: once per flow. */
static __noinline struct udp_flow *add_flow(struct __sk_buff *skb, struct datagram *datagram, bool sent)
{
	struct udp_flow flow = {
		.start_ns = bpf_ktime_get_boot_ns(),
		.cgroup_id = bpf_skb_cgroup_id(skb),
		.entry = __sync_fetch_and_add(&last_entry, 1) + 1,
		.family = datagram->family,
		.role = sent ? ROLE_CLIENT : ROLE_SERVER,
	};

	bpf_map_update_elem(&udp_flows, &datagram->key, &flow, BPF_NOEXIST);
	return bpf_map_lookup_elem(&udp_flows, &datagram->key);
}

static __always_inline void add_datagram(struct udp_flow *flow, struct __sk_buff *skb, __u32 header_bytes, bool sent)
{
	__u64 bytes = skb->len - header_bytes;
	__u64 packets = skb->gso_segs > 1 ? skb->gso_segs : 1;

	if (__sync_fetch_and_add(&flow->packets, packets) & UDP_REMOVED) {
		__sync_fetch_and_add(&udp_lost, packets);
		return;
	}
	__sync_fetch_and_add(sent ? &flow->sent_bytes : &flow->received_bytes, bytes);
	if (sent)
		__sync_fetch_and_add(&flow->sent_packets, packets);
	flow->last_ns = bpf_ktime_get_coarse_ns();
}

static __always_inline int count(struct __sk_buff *skb, bool sent)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct datagram datagram = {};
	struct udp_flow *flow;
	bool udp;

	if (skb->protocol == bpf_htons(ETH_P_IP))
		udp = parse_ipv4(&datagram, data, end, sent);
	else
		udp = skb->protocol == bpf_htons(ETH_P_IPV6) && parse_ipv6(&datagram, data, end, sent);
	if (!udp)
		return ALLOW;
	datagram.key.cookie = bpf_get_socket_cookie(skb);
	flow = bpf_map_lookup_elem(&udp_flows, &datagram.key);
	if (!flow)
		flow = add_flow(skb, &datagram, sent);
	if (!flow) {
		__sync_fetch_and_add(&udp_lost, 1);
		return ALLOW;
	}
	if (!flow->owner.pid)
		set_owner_of(flow, skb);
	add_datagram(flow, skb, datagram.header_bytes, sent);
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
	struct udp_owner *owner;

	if (sk->protocol != IPPROTO_UDP)
		return ALLOW;
	owner = bpf_sk_storage_get(&udp_owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!owner)
		return ALLOW;
	owner->netns_cookie = bpf_get_netns_cookie(sk);
	owner->pid = task->tgid;
	__builtin_memcpy(owner->comm, task->group_leader->comm, sizeof(owner->comm)); /* the thread has a name of its own */
	return ALLOW;
}

char LICENSE[] SEC("license") = "GPL";
