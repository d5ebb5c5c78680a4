/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The TCP flows that are open, in a table by the address of their socket. Socket storage would be allocated, listed and
 * freed behind a grace period for each connection, which costs more than all else here together. The kernel uses
 * sockets again soon after they are freed, so a table by address stays in the CPU's cache however many come and go.
 *
 * A slot changes hands by one store to its `sockets` entry: FREE → CLAIMED by the one whose compare-and-swap succeeds,
 * CLAIMED → the address when its flow is complete, the address → FREE when the kernel gives the socket up. All changes
 * of one socket's state come one after the other, as the kernel makes them under the socket's lock.
 *
 * Each socket has two buckets. A flow that both are too full for goes into any other that has room, and `strays` says
 * where: so that the table can be filled, and none but those pays for it.
 */
#ifndef FLOWTALLY_FLOWS_H
#define FLOWTALLY_FLOWS_H

#include "sizes.h"
#include "names.h"

#define BIT(tcp_state) (1U << (tcp_state))

#define ECONNRESET 104
#define SLOT_FREE 0
#define SLOT_CLAIMED (~0ULL)

/* Where the owner of a flow comes from; a better source replaces a weaker one. */
enum owner_source {
	OWNER_NONE, /* accepted, and in no one's hands yet */
	OWNER_HOLDER, /* holds a descriptor of the socket */
	OWNER_CALLER, /* called connect() or close() */
};

struct flow_state {
	__u64 cookie;
	__u64 start_ns; /* since boot; 0: unknown */
	__u64 netns_cookie;
	__u64 cgroup_id;
	__u32 netns;
	__u32 pid;
	__u8 role; /* enum flow_role */
	__u8 owner; /* enum owner_source */
	bool ended; /* its row has been written; the slot stays until the kernel gives the socket up */
	bool ends_twice; /* its row has been written, and a change to CLOSE is still to come */
	__u8 netns_owner; /* enum netns_owner */
	__u8 reserved[3];
	char comm[16];
};

struct flow_bucket {
	__u64 sockets[BUCKET_SLOTS];
	__u64 overflowed; /* 1 once a flow was put elsewhere instead: until then none has to be looked for there */
	struct flow_state flows[BUCKET_SLOTS];
};

/* An iterator takes longer from one element to the next than to look through a few empty buckets. */
struct flow_group {
	struct flow_bucket buckets[GROUP_BUCKETS];
};

/* The loader sets max_entries. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_group);
} flows __weak SEC(".maps");

/*
 * Flows that are in neither of their buckets: the number of the slot, by the address of the socket. An entry may be old:
 * the slot says whose it is. The loader sets max_entries.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u64);
} strays __weak SEC(".maps");

/* How many there are, set by the loader. */
__weak const volatile __u32 flow_buckets;

struct flow_slot {
	struct flow_bucket *bucket; /* NULL: none */
	__u32 number;
};

/* A number, where the verifier allows no arithmetic on addresses. */
static __always_inline __u32 lower_half(const struct sock *sk)
{
	__u32 half = (unsigned long)sk;

	asm volatile("%0 = %0" : "+w"(half));
	return half;
}

/* Where a socket's flow is, or would be: the second bucket takes what the first has no room for. */
struct flow_place {
	__u64 hash;
	struct flow_bucket *first;
};

static __always_inline struct flow_bucket *bucket_number(__u32 number)
{
	__u32 key = number / GROUP_BUCKETS;
	struct flow_group *group = bpf_map_lookup_elem(&flows, &key);

	if (!group)
		return NULL;
	/* clang 19 would do the arithmetic before it asks, which kernels refuse */
	barrier_var(group);
	return &group->buckets[number % GROUP_BUCKETS];
}

/* Of a number of 32 bits, each bucket as often. */
static __always_inline __u32 bucket_for(__u32 number)
{
	return (__u64)number * flow_buckets >> 32;
}

static __always_inline struct flow_place place_of(const struct sock *sk)
{
	__u64 hash = (lower_half(sk) >> 6) * 0x9e3779b97f4a7c15ULL;

	return (struct flow_place){ hash, bucket_number(bucket_for(hash >> 32)) };
}

static __always_inline struct flow_bucket *second_bucket(const struct flow_place *place)
{
	return bucket_number(bucket_for(place->hash >> 6));
}

static __always_inline struct flow_slot find_in(struct flow_bucket *bucket, const struct sock *sk)
{
	for (__u32 i = 0; bucket && i < BUCKET_SLOTS; i++)
		if (bucket->sockets[i] == (unsigned long)sk)
			return (struct flow_slot){ bucket, i };
	return (struct flow_slot){};
}

static __always_inline struct flow_slot slot_by_number(__u64 number)
{
	return (struct flow_slot){ bucket_number(number / BUCKET_SLOTS), number % BUCKET_SLOTS };
}

static __always_inline struct flow_slot find_stray(const struct sock *sk)
{
	__u64 socket = (unsigned long)sk, *number = bpf_map_lookup_elem(&strays, &socket);
	struct flow_slot slot = {};

	if (number)
		slot = slot_by_number(*number);
	return slot.bucket && slot.bucket->sockets[slot.number] == socket ? slot : (struct flow_slot){};
}

static __always_inline struct flow_slot find_at(const struct flow_place *place, const struct sock *sk)
{
	struct flow_slot slot = find_in(place->first, sk);
	struct flow_bucket *second;

	if (slot.bucket || !place->first || !place->first->overflowed)
		return slot;
	second = second_bucket(place);
	slot = find_in(second, sk);
	if (slot.bucket || !second || !second->overflowed)
		return slot;
	return find_stray(sk);
}

static __always_inline struct flow_slot claim_in(struct flow_bucket *bucket)
{
	for (__u32 i = 0; bucket && i < BUCKET_SLOTS; i++)
		if (bucket->sockets[i] == SLOT_FREE &&
		    __sync_val_compare_and_swap(&bucket->sockets[i], SLOT_FREE, SLOT_CLAIMED) == SLOT_FREE)
			return (struct flow_slot){ bucket, i };
	return (struct flow_slot){};
}

/* The number of a slot in any bucket, plus one; 0: none was found. */
static __noinline __u64 claim_stray(__u64 hash, __u64 socket)
{
	for (__u32 tried = 0; tried < STRAY_BUCKETS; tried++) {
		__u32 bucket;
		struct flow_slot slot;
		__u64 number;

		hash = hash * 0xd1342543de82ef95ULL + 1;
		bucket = bucket_for(hash >> 32);
		slot = claim_in(bucket_number(bucket));
		if (!slot.bucket)
			continue;
		number = (__u64)bucket * BUCKET_SLOTS + slot.number;
		if (bpf_map_update_elem(&strays, &socket, &number, BPF_ANY) == 0)
			return number + 1;
		publish(&slot.bucket->sockets[slot.number % BUCKET_SLOTS], SLOT_FREE);
		return 0;
	}
	return 0;
}

static __always_inline struct flow_slot claim_at(const struct flow_place *place, const struct sock *sk)
{
	struct flow_slot slot = claim_in(place->first);
	struct flow_bucket *second;
	__u64 number;

	if (slot.bucket || !place->first)
		return slot;
	place->first->overflowed = 1;
	second = second_bucket(place);
	slot = claim_in(second);
	if (slot.bucket || !second)
		return slot;
	second->overflowed = 1;
	number = claim_stray(place->hash, (unsigned long)sk);
	return number ? slot_by_number(number - 1) : slot;
}

/* Without room a flow is not in the live rows, and its start and owner are unknown when it ends: counted, once. */
static __always_inline void count_without_room(void)
{
	__sync_fetch_and_add(&table_full, 1);
}

static __always_inline struct flow_state *state_in(struct flow_slot slot)
{
	return &slot.bucket->flows[slot.number % BUCKET_SLOTS];
}

static __always_inline void publish_slot(struct flow_slot slot, const struct sock *sk)
{
	publish(&slot.bucket->sockets[slot.number % BUCKET_SLOTS], (unsigned long)sk);
}

/* Before the slot is: the address may be another socket's right after. */
static __always_inline void release_stray(__u64 socket)
{
	bpf_map_delete_elem(&strays, &socket);
}

static __always_inline void release_slot(const struct flow_place *place, struct flow_slot slot, const struct sock *sk)
{
	if (place->first && place->first->overflowed)
		release_stray((unsigned long)sk);
	publish(&slot.bucket->sockets[slot.number % BUCKET_SLOTS], SLOT_FREE);
}

/* What stays as it is for as long as the socket lives. */
static __always_inline void set_identity(struct flow_state *state, const struct sock *sk)
{
	const struct net *net = sk->__sk_common.skc_net.net;

	state->netns = net->ns.inum;
	state->netns_cookie = net->net_cookie;
	state->netns_owner = netns_owner_of(net);
	state->cgroup_id = sk->sk_cgrp_data.cgroup->kn->id;
}

static __always_inline void fill_unknown(struct flow_state *state, struct sock *sk)
{
	__builtin_memset(state, 0, sizeof(*state));
	state->cookie = cookie_of(sk);
	set_identity(state, sk);
}

/*
 * Of a socket that is closed. An aborted one has lost its addresses, but the kernel leaves this error on no other, and the
 * process that closes it no longer asks for it.
 */
static __always_inline bool was_flow(const struct sock *sk)
{
	return sk->__sk_common.skc_dport || sk->sk_err == ECONNRESET;
}

/* For a socket that is older than the tracer, or whose start went unseen. */
static __always_inline struct flow_slot add_unknown(const struct flow_place *place, struct sock *sk, bool ended)
{
	struct flow_slot slot = claim_at(place, sk);

	if (!slot.bucket)
		return slot;
	fill_unknown(state_in(slot), sk);
	state_in(slot)->ended = ended;
	publish_slot(slot, sk);
	return slot;
}

/*
 * A slot stays where nobody saw that the kernel gave its socket up, and another socket can have the address by now:
 * the cookie shows.
 */
static __always_inline bool is_slot_of(const struct sock *sk, struct flow_slot slot)
{
	return state_in(slot)->cookie == (__u64)sk->__sk_common.skc_cookie.counter;
}

static __always_inline void count_missed_end(bool ended)
{
	if (!ended)
		__sync_fetch_and_add(&missed_events, 1);
}

/* `ended` is what the slot said while it was still its socket's. */
static __always_inline void count_abandoned(bool ended)
{
	__sync_fetch_and_add(&abandoned_slots, 1);
	count_missed_end(ended);
}

/*
 * The slot of the flow that a socket carries now. Where its start went unseen, it gets one at last, as far as there is
 * room: in place of another socket's, or of the flow that it carried before.
 */
static __always_inline struct flow_slot own_slot(const struct flow_place *place, struct sock *sk, struct flow_slot found)
{
	struct flow_state *state;

	if (!found.bucket)
		return add_unknown(place, sk, false);
	state = state_in(found);
	if (!is_slot_of(sk, found))
		count_abandoned(state->ended);
	else if (!state->ended || state->ends_twice)
		return found;
	fill_unknown(state, sk);
	return found;
}

static __always_inline void set_owner(struct flow_state *state, struct task_struct *task, enum owner_source owner)
{
	state->pid = task->tgid;
	state->owner = owner;
	copy_process_name(state->comm, task);
}

#endif
