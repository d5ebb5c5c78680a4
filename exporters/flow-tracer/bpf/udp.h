/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What is kept about UDP: who made a socket, in the socket; totals, per socket and peer. */
#ifndef FLOWTALLY_UDP_H
#define FLOWTALLY_UDP_H

#include "tracer.h"

/* Set by the loader. */
__weak const volatile bool count_udp;

struct udp_owner {
	__u64 netns_cookie;
	__u32 pid;
	__u32 netns; /* inode; 0 where only the cookie can be had */
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct udp_owner);
} udp_owners __weak SEC(".maps");

/* The socket's cookie, not its namespace: sockets that share a port must not share totals. */
struct udp_key {
	__u64 cookie;
	__u8 source_address[16]; /* the socket's side; IPv4 as ::ffff:a.b.c.d */
	__u8 destination_address[16];
	__u16 source_port; /* host byte order */
	__u16 destination_port;
	__u32 reserved;
};

#define UDP_REMOVED (1ULL << 63) /* in `packets`: the entry has been given up, count elsewhere */

struct udp_flow {
	__u64 packets; /* both directions; counted before its bytes */
	__u64 sent_packets;
	__u64 sent_bytes;
	__u64 received_bytes;
	__u64 last_ns; /* CLOCK_MONOTONIC, as coarse as the kernel's tick */
	__u64 start_ns; /* since boot */
	__u64 cgroup_id;
	__u64 entry;
	__u64 shown_in; /* number of the read that showed it last */
	__u64 shown_packets; /* as it was shown */
	__u64 shown_bytes;
	struct udp_owner owner;
	__u16 family;
	__u8 role; /* enum flow_role */
	__u8 reserved[5];
};

/* The loader sets max_entries. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct udp_key);
	__type(value, struct udp_flow);
} udp_flows __weak SEC(".maps");

__weak __u64 udp_lost;

#endif
