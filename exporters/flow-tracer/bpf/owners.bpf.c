// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   finds the process behind sockets that are older than the tracer, behind accepted ones, and behind BPF programs.
 * Hook:   iter/task_file: every descriptor on the host, when the pin `owners` is read; it outputs nothing.
 * Map:    flow_states; udp_owners; holders; listeners: local ports that were listened on, to tell a server's old socket
 *         from a client's.
 * Cost:   about 1 µs a descriptor.
 * Reader: anyone, in the host's pid namespace (an iterator sees its reader's processes). Two reads settle all roles.
 */
#include "holders.h"
#include "udp.h"

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

static __always_inline void own_tcp(struct sock *sk, struct task_struct *task)
{
	struct flow_state *state;

	if (sk->__sk_common.skc_state == TCP_CLOSE)
		return;
	state = make_flow_state(sk);
	if (!state)
		return;
	settle_role(state, sk);
	if (sk->__sk_common.skc_state == TCP_LISTEN)
		set_owner(state, task, OWNER_INHERITED);
	else if (state->owner == OWNER_INHERITED)
		set_owner(state, task, OWNER_HOLDER);
}

/* cgroup/sock_create knows the namespace's cookie only; here its inode is at hand too. */
static __always_inline void own_udp(struct sock *sk, struct task_struct *task)
{
	struct udp_owner *owner;

	if (!count_udp)
		return;
	owner = bpf_sk_storage_get(&udp_owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!owner)
		return;
	owner->netns = sk->__sk_common.skc_net.net->ns.inum;
	owner->netns_cookie = sk->__sk_common.skc_net.net->net_cookie;
	if (owner->pid)
		return;
	owner->pid = task->tgid;
	__builtin_memcpy(owner->comm, task->group_leader->comm, sizeof(owner->comm));
}

static __always_inline void own_socket(struct sock *sk, struct task_struct *task)
{
	__u16 family = sk->__sk_common.skc_family;

	if (family != AF_INET && family != AF_INET6)
		return;
	if (sk->sk_protocol == IPPROTO_TCP)
		own_tcp(sk, task);
	else if (sk->sk_protocol == IPPROTO_UDP)
		own_udp(sk, task);
}

/* Eight characters as one number, as they lie in memory. */
static __always_inline __u64 word(const char text[8])
{
	__u64 number;

	__builtin_memcpy(&number, text, sizeof(number));
	return number;
}

/* Anonymous files have no type that a program could ask for, but a name. */
static __always_inline struct bpf_prog *program_behind(struct file *file)
{
	__u64 name = 0;

	bpf_probe_read_kernel(&name, sizeof(name), file->f_path.dentry->d_name.name);
	if (name == word("bpf-prog"))
		return file->private_data;
	if (name == word("bpf_link") || name == word("bpf-link"))
		return BPF_CORE_READ((struct bpf_link *)file->private_data, prog);
	return NULL;
}

static __always_inline void own_program(struct bpf_prog *program, struct task_struct *task)
{
	struct holder holder = { .pass = owner_passes, .pid = task->tgid };
	__u32 id = BPF_CORE_READ(program, aux, id);

	__builtin_memcpy(holder.comm, task->group_leader->comm, sizeof(holder.comm));
	bpf_map_update_elem(&holders, &id, &holder, BPF_ANY);
}

SEC("iter/task_file")
int owners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct bpf_prog *program;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	if (ctx->meta->seq_num == 0)
		owner_passes++;
	socket = bpf_sock_from_file(file);
	if (!socket) {
		program = program_behind(file);
		if (program)
			own_program(program, task);
		return 0;
	}
	sk = socket->sk;
	if (sk)
		own_socket(sk, task);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
