/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Totals of UDP, per socket and peer, in a table of their own: the kernel's hash map takes as long to find an entry as
 * all else that is done for a datagram.
 *
 * A slot changes hands by one store to its tag, a hash of the key with the lowest bits fixed:
 *   FREE → CLAIMED      by the one whose compare-and-swap succeeds
 *   CLAIMED → tag       by that one, when the flow is complete: from here on others find and count it
 *   tag → GIVEN_UP      by the reader, when the flow is idle and what it has carried was acknowledged to the byte
 *   GIVEN_UP → FREE     by the second read after that, when whoever had found the flow before has long counted
 *
 * A flow is in one of a few buckets. The room is shared among network namespaces, and in each between flows that it began
 * and those that others began with it: each may add flows as long as it has no more than twice of what is left for all. So
 * one alone gets two thirds, several each as much as the others, and some room is always left for one that has none yet,
 * whatever the others do.
 */
#ifndef FLOWTALLY_UDP_TABLE_H
#define FLOWTALLY_UDP_TABLE_H

#include "sizes.h"
#include "udp.h"

#define SOCK_DGRAM 2 /* a raw socket can be of UDP too: what it sends may be no datagram, what it hears is another's */

#define UDP_FREE 0
#define UDP_GIVEN_UP 1
#define UDP_GIVEN_UP_EARLIER 3
#define UDP_CLAIMED (~0ULL)
#define UDP_TAG 2 /* in the lowest two bits of every tag: none is equal to one of those above */
#define UDP_REMOVED (1ULL << 63) /* in `packets`: the entry has been freed, count elsewhere */

/* The socket's cookie, not its namespace: sockets that share a port must not share totals. */
struct udp_key {
	__u64 cookie;
	__u64 local[2]; /* the socket's side; IPv4 as ::ffff:a.b.c.d */
	__u64 remote[2];
	__u64 ports_family; /* see ports_and_family() */
};

struct udp_flow {
	struct udp_key key;
	__u64 packets; /* both directions; counted before its bytes */
	__u64 sent_packets;
	__u64 sent_bytes;
	__u64 received_bytes;
	__u64 last_tick; /* jiffies: as coarse as the kernel's tick, and for nothing */
	__u64 start_ns; /* since boot */
	__u64 cgroup_id;
	__u64 space; /* its key in udp_spaces */
	__u64 entry;
	__u64 shown_in; /* number of the first read that showed it as it was shown last; 0: of none */
	__u64 shown_packets; /* as it was shown last */
	__u64 shown_bytes;
	struct udp_owner owner;
	__u8 role; /* enum flow_role */
	__u8 netns_owner; /* enum netns_owner */
	__u8 reserved[6];
};

struct udp_bucket {
	__u64 tags[UDP_BUCKET_SLOTS];
	struct udp_flow flows[UDP_BUCKET_SLOTS];
};

struct udp_group {
	struct udp_bucket buckets[UDP_GROUP_BUCKETS];
};

/* The loader sets max_entries. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct udp_group);
} udp_flows __weak SEC(".maps");

#define UDP_SPACES 4096
#define OTHER_SPACES 0ULL
#define HEARD_FIRST (1ULL << 63)

/*
 * How many slots a network namespace takes: by its cookie, with the highest bit set for flows that others began. Those that
 * are not known, or find no room here, share one.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UDP_SPACES);
	__type(key, __u64);
	__type(value, __u64);
} udp_spaces __weak SEC(".maps");

/* Set by the loader: buckets; slots to be taken at most; two numbers of chance, so that nobody can aim at one bucket. */
__weak const volatile __u32 udp_buckets;
__weak const volatile __u32 udp_slots_shared;
__weak const volatile __u64 udp_seed;
__weak const volatile __u64 udp_seed2;

__weak __u64 udp_lost;
__weak __u64 udp_slots_taken;
__weak __u64 last_udp_entry;

/* One datagram, or several of the same size that travel as one. */
struct datagrams {
	struct udp_key key;
	__u64 bytes; /* payload */
	__u32 count;
	bool sent;
};

/* Ports in network byte order. */
static __always_inline __u64 ports_and_family(__be16 local, __be16 remote, __u16 family)
{
	return local | (__u32)remote << 16 | (__u64)family << 32;
}

static __always_inline void put_ipv4(__u64 *address, __be32 ipv4)
{
	address[0] = 0;
	address[1] = (__u64)ipv4 << 32 | 0xffff0000;
}

static __always_inline __u32 ipv4_of(const __u64 *address)
{
	return ((const __u32 *)address)[3];
}

/*
 * Sums and products with numbers of chance, by which no two keys meet but by chance: whoever does not know these cannot
 * choose addresses and ports that share a bucket. The last step carries each bit to those that number the buckets.
 */
static __always_inline __u64 udp_hash_ipv4(__u64 cookie, __u32 local, __u32 remote, __u64 ports_family)
{
	__u64 peer = (__u64)(__u32)(remote + (__u32)udp_seed) * (__u32)(ports_family + (udp_seed >> 32));
	__u64 own = (__u64)(__u32)(local + (__u32)udp_seed2) * (__u32)(cookie + (udp_seed2 >> 32));
	__u64 hash = peer + own;

	return (hash ^ hash >> 32) * 0xd6e8feb86659fd93ULL;
}

/* Of the same key as udp_hash_ipv4(), where that is one of IPv4. */
static __always_inline __u64 udp_hash(const struct udp_key *key)
{
	__u64 factor = udp_seed | 1, rest;

	rest = ((key->local[0] * factor + key->remote[0]) * factor + (__u32)key->local[1]) * factor + (__u32)key->remote[1];
	if (key->ports_family >> 32 == AF_INET)
		rest = 0;
	return udp_hash_ipv4(key->cookie ^ (rest ^ rest >> 32) * 0xbf58476d1ce4e5b9ULL >> 32, ipv4_of(key->local),
			     ipv4_of(key->remote), key->ports_family);
}

static __always_inline __u64 udp_tag(__u64 hash)
{
	return (hash & ~3ULL) | UDP_TAG;
}

static __always_inline struct udp_bucket *udp_bucket_of(__u64 hash)
{
	__u32 number = (hash >> 32) * udp_buckets >> 32;
	__u32 key = number / UDP_GROUP_BUCKETS;
	struct udp_group *group = bpf_map_lookup_elem(&udp_flows, &key);

	if (!group)
		return NULL;
	/* clang 19 would do the arithmetic before it asks, which kernels refuse */
	barrier_var(group);
	return &group->buckets[number % UDP_GROUP_BUCKETS];
}

/* Of the bucket that takes what the one before has no room for. */
static __always_inline __u64 next_udp_hash(__u64 hash)
{
	return hash * 0xd1342543de82ef95ULL + 1;
}

static __always_inline bool is_of(const struct udp_flow *flow, const struct udp_key *key)
{
	return flow->key.cookie == key->cookie && flow->key.ports_family == key->ports_family &&
	       flow->key.remote[1] == key->remote[1] && flow->key.local[1] == key->local[1] &&
	       flow->key.remote[0] == key->remote[0] && flow->key.local[0] == key->local[0];
}

static __always_inline struct udp_flow *find_udp_in(struct udp_bucket *bucket, const struct udp_key *key, __u64 tag)
{
#pragma unroll
	for (__u32 i = 0; i < UDP_BUCKET_SLOTS; i++)
		if (bucket->tags[i] == tag && is_of(&bucket->flows[i], key))
			return &bucket->flows[i];
	return NULL;
}

static __always_inline struct udp_flow *find_udp(const struct udp_key *key)
{
	__u64 hash = udp_hash(key), tag = udp_tag(hash);

	for (__u32 tried = 0; tried < UDP_BUCKETS_OF_A_FLOW; tried++) {
		struct udp_bucket *bucket = udp_bucket_of(hash);
		struct udp_flow *flow = bucket ? find_udp_in(bucket, key, tag) : NULL;

		if (flow)
			return flow;
		hash = next_udp_hash(hash);
	}
	return NULL;
}

struct udp_slot {
	struct udp_bucket *bucket; /* NULL: none */
	__u32 number;
};

static __always_inline struct udp_slot claim_udp_in(struct udp_bucket *bucket)
{
#pragma unroll
	for (__u32 i = 0; bucket && i < UDP_BUCKET_SLOTS; i++)
		if (bucket->tags[i] == UDP_FREE &&
		    __sync_val_compare_and_swap(&bucket->tags[i], UDP_FREE, UDP_CLAIMED) == UDP_FREE)
			return (struct udp_slot){ bucket, i };
	return (struct udp_slot){};
}

static __always_inline struct udp_slot claim_udp(__u64 hash)
{
	for (__u32 tried = 0; tried < UDP_BUCKETS_OF_A_FLOW; tried++) {
		struct udp_slot slot = claim_udp_in(udp_bucket_of(hash));

		if (slot.bucket)
			return slot;
		hash = next_udp_hash(hash);
	}
	return (struct udp_slot){};
}

static __always_inline __u64 udp_slots_left(void)
{
	__u64 taken = udp_slots_taken;

	return taken < udp_slots_shared ? udp_slots_shared - taken : 0;
}

/* Takes a slot from the namespace's share; false: it has no more. */
static __always_inline bool enter_udp_space(__u64 *space)
{
	__u64 none = 0, *taken = bpf_map_lookup_elem(&udp_spaces, space);

	if (!taken) {
		bpf_map_update_elem(&udp_spaces, space, &none, BPF_NOEXIST);
		taken = bpf_map_lookup_elem(&udp_spaces, space);
	}
	if (!taken) {
		*space = OTHER_SPACES;
		taken = bpf_map_lookup_elem(&udp_spaces, space);
	}
	if (!taken || *taken >= 2 * udp_slots_left())
		return false;
	__sync_fetch_and_add(taken, 1);
	__sync_fetch_and_add(&udp_slots_taken, 1);
	return true;
}

/* The last to leave removes it; another flow may enter meanwhile, and goes uncounted: it leaves all the same. */
static __always_inline void leave_udp_space(__u64 space)
{
	__u64 *taken = bpf_map_lookup_elem(&udp_spaces, &space);

	__sync_fetch_and_add(&udp_slots_taken, -1);
	if (taken && *taken > 0 && __sync_fetch_and_add(taken, -1) == 1 && space != OTHER_SPACES)
		bpf_map_delete_elem(&udp_spaces, &space);
}

static __always_inline void fill_udp_flow(struct udp_flow *flow, const struct datagrams *first, __u64 cgroup_id,
					  __u64 space)
{
	__builtin_memset(flow, 0, sizeof(*flow));
	flow->key = first->key;
	flow->start_ns = bpf_ktime_get_boot_ns();
	flow->cgroup_id = cgroup_id;
	flow->space = space;
	flow->entry = __sync_fetch_and_add(&last_udp_entry, 1) + 1;
	flow->role = first->sent ? ROLE_CLIENT : ROLE_SERVER;
	flow->last_tick = bpf_jiffies64();
}

/* Fails when a packet has come meanwhile; one that comes later finds the mark, and is counted elsewhere. */
static __always_inline bool give_up_udp(struct udp_flow *flow, __u64 packets)
{
	return __sync_val_compare_and_swap(&flow->packets, packets, packets | UDP_REMOVED) == packets;
}

/*
 * Two CPUs can add the same flow at once. Both look again once their own can be found, and at least one finds both: the
 * later slot is then freed, if nobody has counted in it.
 */
static __always_inline struct udp_flow *settle_udp(struct udp_slot slot, const struct udp_key *key, __u64 tag)
{
	struct udp_flow *own = &slot.bucket->flows[slot.number % UDP_BUCKET_SLOTS];
	struct udp_flow *first = find_udp(key);

	if (!first || first == own || !give_up_udp(own, 0))
		return own;
	__sync_lock_test_and_set(&slot.bucket->tags[slot.number % UDP_BUCKET_SLOTS], UDP_GIVEN_UP);
	return first;
}

/* Its owner is to be filled in by the caller. `space`: cookie of the network namespace, 0 unknown. NULL: no room. */
static __always_inline struct udp_flow *add_udp(const struct datagrams *first, __u64 cgroup_id, __u64 space)
{
	__u64 hash = udp_hash(&first->key);
	struct udp_slot slot;

	if (!first->sent)
		space |= HEARD_FIRST;
	if (!enter_udp_space(&space))
		return NULL;
	slot = claim_udp(hash);
	if (!slot.bucket) {
		leave_udp_space(space);
		return NULL;
	}
	fill_udp_flow(&slot.bucket->flows[slot.number % UDP_BUCKET_SLOTS], first, cgroup_id, space);
	/* an exchange: a full barrier on every architecture */
	__sync_lock_test_and_set(&slot.bucket->tags[slot.number % UDP_BUCKET_SLOTS], udp_tag(hash));
	return settle_udp(slot, &first->key, udp_tag(hash));
}

/* False where the entry has been freed meanwhile. */
static __always_inline bool count_udp_in(struct udp_flow *flow, bool sent, __u32 count, __u64 bytes)
{
	if (__sync_fetch_and_add(&flow->packets, count) & UDP_REMOVED)
		return false;
	if (sent) {
		__sync_fetch_and_add(&flow->sent_bytes, bytes);
		__sync_fetch_and_add(&flow->sent_packets, count);
	} else {
		__sync_fetch_and_add(&flow->received_bytes, bytes);
	}
	flow->last_tick = bpf_jiffies64();
	return true;
}

#endif
