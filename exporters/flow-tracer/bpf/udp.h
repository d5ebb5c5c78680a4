/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Who made a UDP socket, kept in the socket. */
#ifndef FLOWTALLY_UDP_H
#define FLOWTALLY_UDP_H

#include "names.h"

/* Set by the loader. */
__weak const volatile bool count_udp;

struct udp_owner {
	__u64 netns_cookie;
	__u32 pid;
	__u32 netns; /* inode; 0 where only the cookie can be had */
	char comm[16];
};

/* Of a socket; a flow has its own place for the last. */
struct udp_origin {
	struct udp_owner owner;
	__u8 netns_owner; /* enum netns_owner */
	__u8 reserved[7];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct udp_origin);
} udp_owners __weak SEC(".maps");

static __always_inline void set_udp_netns(struct udp_origin *origin, const struct net *net)
{
	origin->owner.netns = net->ns.inum;
	origin->owner.netns_cookie = net->net_cookie;
	origin->netns_owner = netns_owner_of(net);
}

static __always_inline void set_udp_owner(struct udp_owner *owner, struct task_struct *task)
{
	owner->pid = task->tgid;
	copy_process_name(owner->comm, task);
}

#endif
