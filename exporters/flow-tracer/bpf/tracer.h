/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What the programs share: the kernel's types, and the counters. */
#ifndef FLOWTALLY_TRACER_H
#define FLOWTALLY_TRACER_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "rows.h"

#define AF_INET 2
#define AF_INET6 10
#define PF_KTHREAD 0x00200000

/* The numbers of the status row, in memory the loader maps: it writes the heartbeat without a system call. */
__weak __u64 heartbeat_ns;
__weak __u32 status_flags; /* set by the loader once all is attached, as the next four are */
__weak __u32 udp_mode; /* enum udp_mode */
__weak __u32 flows_room;
__weak __u32 closed_room;
__weak __u32 udp_room;
__weak __u64 table_bytes;
__weak __u64 refused_runs; /* summed up by the loader with every heartbeat, as the next is */
__weak __u64 refused_datagrams;
__weak __u64 refused_ends; /* likewise: of follow_destroyed */
__weak __u64 live_count;
__weak __u64 live_snapshot;
__weak __u64 snapshots;
__weak __u64 live_lost;
__weak __u64 table_full;
__weak __u64 missed_events;
__weak __u64 abandoned_slots; /* found, of sockets that follow_destroyed did not see */
__weak __u64 last_cgroup; /* number of the last row in cgroup_rows; the loader gives numbers too */
__weak __u64 cgroups_lost;
__weak __u64 unseen_flows; /* of such sockets, those that had no slot either */

/* Sockets get their number when it is first asked for. */
static __always_inline __u64 cookie_of(struct sock *sk)
{
	__u64 cookie = sk->__sk_common.skc_cookie.counter;

	return cookie ? cookie : bpf_get_socket_cookie(sk);
}

static __always_inline __u8 netns_owner_of(const struct net *net)
{
	return net->user_ns->level ? NETNS_OF_USER : NETNS_OF_HOST;
}

/* A store that makes all earlier ones visible first; BPF has no other that every kernel knows. */
static __always_inline void publish(__u64 *word, __u64 value)
{
#if defined(__TARGET_ARCH_x86)
	asm volatile("" ::: "memory"); /* the processor keeps stores in order */
	*(volatile __u64 *)word = value;
#else
	__sync_lock_test_and_set(word, value);
#endif
}

#endif
