/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Ports that are or were listened on: who answers there, and which end of an old socket is the server's. */
#ifndef FLOWTALLY_LISTENERS_H
#define FLOWTALLY_LISTENERS_H

#include "names.h"

struct listening_port {
	__u64 netns_cookie; /* inodes are used again */
	__u32 number; /* host byte order */
	__u32 reserved;
};

struct port_owner {
	char comm[16] __attribute__((aligned(8)));
	__u32 pid;
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct listening_port);
	__type(value, struct port_owner);
} listeners __weak SEC(".maps");

static __always_inline void add_listener(struct sock *sk, struct task_struct *task)
{
	struct listening_port port = {
		.netns_cookie = sk->__sk_common.skc_net.net->net_cookie,
		.number = sk->__sk_common.skc_num,
	};
	struct port_owner listener = { .pid = task->tgid };

	copy_process_name(listener.comm, task);
	bpf_map_update_elem(&listeners, &port, &listener, BPF_ANY);
}

static __always_inline struct port_owner *listener_of(__u64 netns_cookie, __u16 port)
{
	struct listening_port key = { .netns_cookie = netns_cookie, .number = port };

	return bpf_map_lookup_elem(&listeners, &key);
}

/* A first guess at who holds an accepted socket: wrong for pre-forking servers. */
static __always_inline void inherit_owner(struct flow_row *row)
{
	struct port_owner *listener;

	if (row->pid || row->role == ROLE_CLIENT)
		return;
	listener = listener_of(row->netns_cookie, row->source_port);
	if (!listener)
		return;
	row->pid = listener->pid;
	__builtin_memcpy(row->comm, listener->comm, sizeof(row->comm));
}

#endif
