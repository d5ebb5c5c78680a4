// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   finds the process behind sockets that are older than the tracer, behind accepted ones, and behind BPF programs.
 * Hook:   iter/task_file: every descriptor on the host, when the pin `owners` is read; it outputs nothing.
 * Map:    flows, listeners, udp_owners, holders.
 * Cost:   about 1 µs a descriptor.
 * Reader: anyone, in the host's pid namespace (an iterator sees its reader's processes). Two reads settle all roles.
 */
#include "flows.h"
#include "holders.h"
#include "listeners.h"
#include "names.h"
#include "udp.h"

#define ANON_INODE_FS_MAGIC 0x09041934
#define FIRST_PASSES 2 /* those of the loader as it starts */

static __always_inline void settle_role(struct flow_state *state, struct sock *sk)
{
	if (state->role == ROLE_UNKNOWN && listener_of(state->netns_cookie, sk->__sk_common.skc_num))
		state->role = ROLE_SERVER;
}

/* Marks a socket that has closed already, so that its release is not reported as an end. */
static __always_inline void add_ended(struct sock *sk)
{
	struct flow_place place = place_of(sk);

	if (owner_passes <= FIRST_PASSES && was_flow(sk) && !find_at(&place, sk).bucket)
		add_unknown(&place, sk, true);
}

/* What finds no room is counted when the first pass finds it: later passes find it again. */
static __always_inline struct flow_slot add_older(const struct flow_place *place, struct sock *sk)
{
	struct flow_slot slot = add_unknown(place, sk, false);

	if (!slot.bucket && owner_passes == 1)
		count_without_room();
	if (!slot.bucket || *(volatile unsigned char *)&sk->__sk_common.skc_state != TCP_CLOSE)
		return slot;
	release_slot(place, slot, sk); /* it ended meanwhile */
	return (struct flow_slot){};
}

static __always_inline void own_flow(struct sock *sk, struct task_struct *task)
{
	struct flow_place place = place_of(sk);
	struct flow_slot slot = find_at(&place, sk);

	if (!slot.bucket)
		slot = add_older(&place, sk);
	if (!slot.bucket)
		return;
	settle_role(state_in(slot), sk);
	if (state_in(slot)->owner == OWNER_NONE)
		set_owner(state_in(slot), task, OWNER_HOLDER);
}

static __always_inline void own_tcp(struct sock *sk, struct task_struct *task)
{
	__u8 state = sk->__sk_common.skc_state;

	if (state == TCP_LISTEN)
		add_listener(sk, task);
	else if (state == TCP_CLOSE)
		add_ended(sk);
	else
		own_flow(sk, task);
}

/* cgroup/sock_create may know the namespace's cookie only; here all is at hand. */
static __always_inline void own_udp(struct sock *sk, struct task_struct *task)
{
	struct udp_origin *origin;

	if (!count_udp)
		return;
	origin = bpf_sk_storage_get(&udp_owners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!origin)
		return;
	set_udp_netns(origin, sk->__sk_common.skc_net.net);
	if (!origin->owner.pid)
		set_udp_owner(&origin->owner, task);
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

/* Only the kernel makes files there. Anyone can give a file of his own the same name elsewhere. */
static __always_inline bool is_anonymous(struct file *file)
{
	return BPF_CORE_READ(file, f_inode, i_sb, s_magic) == ANON_INODE_FS_MAGIC;
}

/* Anonymous files have no type that a program could ask for, but a name. */
static __always_inline struct bpf_prog *program_behind(struct file *file)
{
	__u64 name = 0;

	if (!is_anonymous(file))
		return NULL;
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

	copy_process_name(holder.comm, task);
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
