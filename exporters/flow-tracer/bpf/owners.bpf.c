// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   finds the process behind sockets that are older than the tracer, and behind accepted ones.
 * Hook:   iter/task_file: every descriptor on the host, when the pin `owners` is read; it outputs nothing.
 * Map:    flow_states; listeners: local ports that were listened on, to tell a server's old socket from a client's.
 * Cost:   about 1 µs a descriptor.
 * Reader: anyone, in the host's pid namespace (an iterator sees its reader's processes). Two reads settle all roles.
 */
#include "tracer.h"

struct listening_port {
	__u32 netns;
	__u32 number; /* host byte order */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct listening_port);
	__type(value, __u8);
} listeners SEC(".maps");

static __always_inline struct sock *tcp_socket_of(struct file *file)
{
	struct socket *socket = bpf_sock_from_file(file);
	struct sock *sk = socket ? socket->sk : NULL;
	__u16 family;

	if (!sk || sk->sk_protocol != IPPROTO_TCP || sk->__sk_common.skc_state == TCP_CLOSE)
		return NULL;
	family = sk->__sk_common.skc_family;
	return family == AF_INET || family == AF_INET6 ? sk : NULL;
}

static __always_inline void settle_role(struct flow_state *state, struct sock *sk)
{
	struct listening_port port = {
		.netns = sk->__sk_common.skc_net.net->ns.inum,
		.number = sk->__sk_common.skc_num,
	};
	__u8 yes = 1;

	if (sk->__sk_common.skc_state == TCP_LISTEN)
		bpf_map_update_elem(&listeners, &port, &yes, BPF_ANY);
	else if (state->role == ROLE_UNKNOWN && bpf_map_lookup_elem(&listeners, &port))
		state->role = ROLE_SERVER;
}

SEC("iter/task_file")
int owners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct flow_state *state;
	struct sock *sk;

	if (!task || !file)
		return 0;
	sk = tcp_socket_of(file);
	if (!sk)
		return 0;
	state = make_flow_state(sk);
	if (!state)
		return 0;
	settle_role(state, sk);
	if (sk->__sk_common.skc_state == TCP_LISTEN)
		set_owner(state, task, OWNER_INHERITED);
	else if (state->owner == OWNER_INHERITED)
		set_owner(state, task, OWNER_HOLDER);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
