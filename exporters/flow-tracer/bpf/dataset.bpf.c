// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * What:   the TCP flows of recorded containers, with what was known as each began, for data sets.
 * Hook:   cgroup_skb ingress and egress at these containers' control groups; tp_btf/inet_sock_set_state and
 *         tcp_destroy_sock; tp_btf/sys_enter; tp_btf/sock_send_length where there is such a tracepoint (6.3).
 * Map:    connections, one for each socket; peers; containers; begun_calls; ended_flows.
 * Cost:   0.3 µs a segment, 11 µs a flow and 0.2 µs more for each thread of its process; of all the machine 0.1 µs each send call
 *         and each system call (docs/decisions/0024-where-a-flow-begins.md).
 * Reader: the program flow-dataset, which loads it, and takes it away as it ends.
 *
 * A flow begins as its first segment leaves, within the first send call where nothing holds that up. What leaves is counted
 * by sequence numbers, so that segments that are sent anew count once and a missed run loses nothing. All of a connection that
 * has to do with sending is changed under its socket's lock alone, by egress and changes of state; what comes in is counted
 * before the kernel takes that lock.
 */
#include "memory.h"
#include "preemption.h"
#include "segment.h"
#include "work.h"
#include "dataset.h"

#define SOCK_DONE 1 /* bit number: the peer's FIN has arrived */
#define MAX_DEPTH 16 /* of control groups */
#define MAX_PEERS 65536
#define MAX_GROUPS 1024 /* of recorded containers, those of containers that have started again among them */
#define RING_BYTES (8 << 20)

/* Set by the loader. */
const volatile __u64 gap_ns; /* 0: a flow is all of its connection */
const volatile bool sees_calls; /* sock_send_length is there */
const volatile bool sending[MOST_SYSTEM_CALLS]; /* by its number, whether a system call can send */

/* Of each container, by its number. */
struct traffic totals[MOST_CONTAINERS];
__u64 queued[MOST_CONTAINERS]; /* bytes in send queues, summed up by count_queues; cleared by the loader before */
__u64 lost; /* flows that there was no room for */

/* The number of a recorded container by the id of its control group. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_GROUPS);
	__type(key, __u64);
	__type(value, __u32);
} containers SEC(".maps");

struct peer {
	__u32 container;
	__u8 address[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_PEERS);
	__type(key, struct peer);
	__type(value, struct traffic);
} peers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ended_flows SEC(".maps");

/* What a thread had done as it last began a system call that can send. */
struct begun_call {
	__u64 begun_ns;
	__u64 cpu_ns;
	__u64 read_bytes;
	__u64 written_bytes;
	__u64 minor_faults;
	__u64 major_faults;
	__u64 read_call_bytes; /* NOT_KNOWN */
	__u64 read_calls; /* NOT_KNOWN */
	__u64 voluntary_switches;
	__u64 involuntary_switches;
};

/* By the thread's id. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct begun_call);
} begun_calls SEC(".maps");

/* A send call that has returned before anything of it has left. */
struct waiting_call {
	__u64 number; /* of the connection's calls, from 1; 0: none */
	__u32 end; /* sequence number behind it */
	__u32 length;
	struct dataset_sender sender; /* as it began, where no flow was open */
};

struct connection {
	struct dataset_flow flow; /* the open one */
	struct waiting_call waiting;
	__u64 seen_ns; /* since when its segments are seen */
	__u64 calls; /* send calls that have returned */
	__u64 calls_before; /* the open flow */
	__u32 flows; /* that have ended */
	__u32 container;
	__u32 first; /* sequence number of the open flow's first byte */
	__u32 sent_to; /* sequence numbers behind the last byte that has left, and has come */
	__u32 received_to;
	__u8 role; /* enum flow_role */
	bool taken; /* by the program that fills it in */
	bool from_start; /* nothing had been sent as it was first seen */
	bool is_open; /* there is a flow */
	bool knows_sent; /* sent_to says something */
	bool knows_received;
	__u8 reserved[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct connection);
} connections SEC(".maps");

/* ---- Whose ---- */

static __always_inline struct cgroup *parent_of(struct cgroup *group)
{
	struct cgroup_subsys_state *parent = BPF_CORE_READ(group, self.parent);

	return parent ? (void *)parent - bpf_core_field_offset(struct cgroup, self) : NULL;
}

/* The number of the recorded container that a group belongs to, plus one; 0: none. */
static __noinline __u32 recorded_container(struct cgroup *group)
{
	for (int i = 0; i < MAX_DEPTH && group; i++) {
		__u64 id = BPF_CORE_READ(group, kn, id);
		__u32 *number = bpf_map_lookup_elem(&containers, &id);

		if (number)
			return *number + 1;
		group = parent_of(group);
	}
	return 0;
}

static __always_inline void map_address(__u8 *address, const struct in6_addr *ipv6, __be32 ipv4, bool is_ipv4)
{
	__u32 *words = (__u32 *)address;

	if (is_ipv4) {
		words[0] = words[1] = 0;
		words[2] = bpf_htonl(0xffff);
		words[3] = ipv4;
		return;
	}
	for (int i = 0; i < 4; i++)
		words[i] = ipv6->in6_u.u6_addr32[i];
}

static __always_inline void peer_address(__u8 *address, const struct sock_common *common)
{
	map_address(address, &common->skc_v6_daddr, common->skc_daddr, common->skc_family == AF_INET);
}

static __always_inline void own_address(__u8 *address, const struct sock_common *common)
{
	map_address(address, &common->skc_v6_rcv_saddr, common->skc_rcv_saddr, common->skc_family == AF_INET);
}

static __always_inline struct traffic *traffic_with_peer(const struct connection *connection, const struct sock_common *common)
{
	struct peer peer = { .container = connection->container };
	struct traffic *traffic, none = {};

	peer_address(peer.address, common);
	traffic = bpf_map_lookup_elem(&peers, &peer);
	if (traffic)
		return traffic;
	bpf_map_update_elem(&peers, &peer, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&peers, &peer);
}

static __always_inline struct traffic *traffic_of(const struct connection *connection)
{
	return &totals[connection->container & (MOST_CONTAINERS - 1)];
}

/* ---- Connections ---- */

/* Of a socket that is seen for the first time; `sent` is what the segment at hand, which the socket has counted, has in it. */
static __always_inline bool fill_in(struct connection *connection, const struct tcp_sock *tcp, __u32 sent)
{
	__u32 container = recorded_container(((const struct sock *)tcp)->sk_cgrp_data.cgroup);

	if (!container)
		return false;
	connection->container = container - 1;
	connection->from_start = tcp->bytes_sent == sent;
	connection->seen_ns = bpf_ktime_get_boot_ns();
	return true;
}

/* A socket that connects again is another connection; a listener is none. */
static __always_inline bool is_connection(const struct sock *sk)
{
	__u8 state = sk->__sk_common.skc_state;

	return state != TCP_LISTEN && state != TCP_CLOSE;
}

static __always_inline struct connection *fill_in_once(struct connection *connection, const struct tcp_sock *tcp, __u32 sent)
{
	if (!connection || connection->seen_ns)
		return connection;
	if (connection->taken)
		return NULL;
	connection->taken = true;
	return fill_in(connection, tcp, sent) ? connection : NULL;
}

static __always_inline __u32 received_in_order(const struct tcp_sock *tcp)
{
	unsigned long flags = ((const struct sock *)tcp)->__sk_common.skc_flags;

	return tcp->rcv_nxt - (flags >> SOCK_DONE & 1); /* a FIN takes a number */
}

/* Another CPU that has just counted some of it leaves the rest to the next segment. */
static __always_inline void receive(struct connection *connection, const struct tcp_sock *tcp, __u32 to)
{
	__u32 from = connection->received_to;
	struct traffic *with_peer;

	if (!is_later(to, from) || __sync_val_compare_and_swap(&connection->received_to, from, to) != from)
		return;
	__sync_fetch_and_add(&traffic_of(connection)->received, to - from);
	with_peer = traffic_with_peer(connection, &((const struct sock *)tcp)->__sk_common);
	if (with_peer)
		__sync_fetch_and_add(&with_peer->received, to - from);
}

/* What came before the connection had a socket of its own, and whatever else no program has seen come. Under the lock. */
static __always_inline void settle_received(struct connection *connection, const struct tcp_sock *tcp)
{
	if (((const struct sock *)tcp)->__sk_common.skc_state == TCP_SYN_SENT)
		return;
	if (connection->knows_received) {
		receive(connection, tcp, received_in_order(tcp));
		return;
	}
	connection->received_to = received_in_order(tcp);
	connection->knows_received = true;
}

SEC("cgroup_skb/ingress")
int dataset_received(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct tcp_sock *tcp = sk ? bpf_skc_to_tcp_sock(sk) : NULL;
	struct connection *connection;
	struct payload payload;

	if (!tcp || !is_connection((struct sock *)tcp) || !find_payload(&payload, skb))
		return ALLOW;
	connection = bpf_sk_storage_get(&connections, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	connection = fill_in_once(connection, tcp, 0);
	if (!connection)
		return ALLOW;
	if (!connection->knows_received) {
		connection->received_to = payload.sequence;
		connection->knows_received = true;
	}
	receive(connection, tcp, payload.sequence + payload.length);
	return ALLOW;
}

/* ---- Flows ---- */

/* Whether the byte that leaves next is of the call that waits. */
static __always_inline bool is_next(const struct waiting_call *call, __u32 next)
{
	return call->number && is_later(call->end, next) && !is_later(call->end - call->length, next);
}

/* Calls up to the last byte that has left: what waits is the next flow's. */
static __always_inline __u64 calls_until_now(const struct connection *connection)
{
	const struct waiting_call *call = &connection->waiting;

	return is_next(call, connection->sent_to) && call->end - call->length == connection->sent_to ? call->number - 1 : connection->calls;
}

static __always_inline void finish(struct dataset_flow *flow, const struct connection *connection, enum dataset_end end)
{
	flow->calls = sees_calls ? calls_until_now(connection) - connection->calls_before : NOT_KNOWN;
	flow->end = end;
	if (!flow->first_call)
		flow->first_call = NOT_KNOWN;
}

static __always_inline enum dataset_end end_of(const struct connection *connection, __u64 now_ns, enum dataset_end without_gap)
{
	return gap_ns && now_ns - connection->flow.last_ns >= gap_ns ? ENDED_BY_GAP : without_gap;
}

static __noinline int hand_over(struct connection *connection, enum dataset_end end)
{
	struct dataset_flow *flow = bpf_ringbuf_reserve(&ended_flows, sizeof(*flow), 0);

	connection->is_open = false;
	connection->flows++;
	if (!flow) {
		__sync_fetch_and_add(&lost, 1);
		return 0;
	}
	__builtin_memcpy(flow, &connection->flow, sizeof(*flow));
	finish(flow, connection, end);
	bpf_ringbuf_submit(flow, BPF_RB_NO_WAKEUP);
	return 0;
}

/* Not static: the verifier looks at such a function by itself. */
__noinline __u64 read_resident(__u64 address)
{
	return resident_bytes((struct mm_struct *)address);
}

/* What the thread has done within the call is the flow's own work: it tells how much there is to send. */
static __always_inline void leave_out_call(struct work *work, struct task_struct *thread, const struct begun_call *call)
{
	struct work now = {};

	add_thread(&now, thread);
	work->cpu_ns -= now.cpu_ns - call->cpu_ns;
	work->read_bytes -= now.read_bytes - call->read_bytes;
	work->written_bytes -= now.written_bytes - call->written_bytes;
	work->minor_faults -= now.minor_faults - call->minor_faults;
	work->major_faults -= now.major_faults - call->major_faults;
}

/* A page that the call has touched first is one more in memory. */
static __always_inline __u64 resident_before(struct task_struct *thread, const struct begun_call *call)
{
	__u64 resident = read_resident((unsigned long)BPF_CORE_READ(thread, mm));
	__u64 touched = BPF_CORE_READ(thread, min_flt) + BPF_CORE_READ(thread, maj_flt) - call->minor_faults - call->major_faults;

	touched *= page_bytes;
	return touched < resident ? resident - touched : 0;
}

static __always_inline void fill_thread(struct dataset_sender *sender, const struct begun_call *call)
{
	sender->called_ns = call->begun_ns;
	sender->thread_cpu_ns = call->cpu_ns;
	sender->thread_read_bytes = call->read_call_bytes;
	sender->thread_reads = call->read_calls;
	sender->thread_voluntary_switches = call->voluntary_switches;
	sender->thread_involuntary_switches = call->involuntary_switches;
}

/* Of a thread that sends by no system call that is known, nothing is told. */
static __noinline int fill_sender(struct dataset_sender *sender, struct task_struct *thread)
{
	__u32 id = BPF_CORE_READ(thread, pid);
	struct begun_call *call = bpf_map_lookup_elem(&begun_calls, &id);
	struct work work = {};

	if (!call)
		return 0;
	read_process(&work, (unsigned long)BPF_CORE_READ(thread, signal));
	leave_out_call(&work, thread, call);
	sender->cpu_ns = work.cpu_ns;
	sender->read_bytes = work.read_bytes;
	sender->written_bytes = work.written_bytes;
	sender->minor_faults = work.minor_faults;
	sender->major_faults = work.major_faults;
	sender->resident_bytes = resident_before(thread, call);
	sender->start_ns = BPF_CORE_READ(thread, group_leader, start_boottime);
	BPF_CORE_READ_STR_INTO(&sender->comm, thread, group_leader, comm);
	fill_thread(sender, call);
	sender->pid = BPF_CORE_READ(thread, tgid);
	return 0;
}

static __always_inline bool is_of_container(struct task_struct *thread, const struct connection *connection)
{
	return recorded_container(BPF_CORE_READ(thread, cgroups, dfl_cgrp)) == connection->container + 1;
}

/*
 * A process that sends has taken the socket; who processes a packet that has come only locks out others. Where the kernel sends
 * for nobody, the process that the CPU happens to be at is a stranger.
 */
static __always_inline void note_call_on_its_way(struct connection *connection, const struct tcp_sock *tcp)
{
	struct task_struct *thread = (void *)bpf_get_current_task();

	connection->calls_before = connection->calls;
	connection->flow.first_call = sees_calls ? 0 : tcp->write_seq - connection->first;
	connection->flow.sender.pid = 0;
	if (((const struct sock *)tcp)->sk_lock.owned && is_of_container(thread, connection))
		fill_sender(&connection->flow.sender, thread);
}

/* The first call is the one that the first byte is of: from that byte on, where a gap has parted it. */
static __always_inline bool note_waiting_call(struct connection *connection)
{
	const struct waiting_call *call = &connection->waiting;

	if (!is_next(call, connection->first))
		return false;
	connection->flow.first_call = call->end - connection->first;
	connection->calls_before = call->number - 1;
	__builtin_memcpy(&connection->flow.sender, &call->sender, sizeof(call->sender));
	return true;
}

static __always_inline bool is_whole(const struct connection *connection, __u64 now_ns)
{
	return connection->from_start || (gap_ns && (connection->flows || now_ns - connection->seen_ns >= gap_ns));
}

static __always_inline void begin(struct connection *connection, const struct tcp_sock *tcp, const struct traffic *with_peer, __u64 now_ns)
{
	const struct sock_common *common = &((const struct sock *)tcp)->__sk_common;
	struct dataset_flow *flow = &connection->flow;

	flow->start_ns = now_ns;
	flow->bytes = 0;
	flow->before = *traffic_of(connection);
	flow->before_with_peer = *with_peer;
	own_address(flow->source_address, common);
	peer_address(flow->destination_address, common);
	flow->source_port = bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport);
	flow->destination_port = bpf_ntohs(common->skc_dport);
	flow->container = connection->container;
	flow->rtt_us = tcp->srtt_us >> 3;
	flow->role = connection->role;
	flow->whole = is_whole(connection, now_ns);
	connection->first = connection->sent_to;
	connection->is_open = true;
	if (!note_waiting_call(connection))
		note_call_on_its_way(connection, tcp);
}

static __always_inline void send(struct connection *connection, const struct tcp_sock *tcp, __u32 to)
{
	struct traffic *with_peer = traffic_with_peer(connection, &((const struct sock *)tcp)->__sk_common);
	__u64 now_ns = bpf_ktime_get_boot_ns();
	__u32 bytes = to - connection->sent_to;

	if (connection->is_open && end_of(connection, now_ns, NOT_ENDED) == ENDED_BY_GAP)
		hand_over(connection, ENDED_BY_GAP);
	if (!with_peer) {
		__sync_fetch_and_add(&lost, !connection->is_open);
		return;
	}
	if (!connection->is_open)
		begin(connection, tcp, with_peer, now_ns);
	connection->sent_to = to;
	connection->flow.bytes += bytes;
	connection->flow.last_ns = now_ns;
	__sync_fetch_and_add(&traffic_of(connection)->sent, bytes);
	__sync_fetch_and_add(&with_peer->sent, bytes);
}

SEC("cgroup_skb/egress")
int dataset_sent(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct tcp_sock *tcp = sk ? bpf_skc_to_tcp_sock(sk) : NULL;
	struct payload payload = {};
	struct connection *connection;
	bool has_payload;

	if (!tcp || !is_connection((struct sock *)tcp))
		return ALLOW;
	has_payload = find_payload(&payload, skb);
	connection = bpf_sk_storage_get(&connections, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	connection = fill_in_once(connection, tcp, has_payload ? payload.length : 0);
	if (!connection)
		return ALLOW;
	settle_received(connection, tcp);
	if (!has_payload)
		return ALLOW;
	if (!connection->knows_sent) {
		connection->sent_to = payload.sequence;
		connection->knows_sent = true;
	}
	if (is_later(payload.sequence + payload.length, connection->sent_to))
		send(connection, tcp, payload.sequence + payload.length);
	return ALLOW;
}

static __always_inline void wait(struct connection *connection, const struct tcp_sock *tcp, __u64 number, __u32 length)
{
	struct waiting_call *call = &connection->waiting;
	struct task_struct *thread = (void *)bpf_get_current_task();

	call->number = number;
	call->end = tcp->write_seq;
	call->length = length;
	call->sender.pid = 0;
	if (!connection->is_open && is_later(call->end, tcp->snd_nxt) && is_of_container(thread, connection))
		fill_sender(&call->sender, thread);
}

/* The call has let go of the socket: what another thread has written by now counts as this call's. */
static __always_inline void returned(struct connection *connection, const struct tcp_sock *tcp, __u32 length)
{
	__u64 number = __sync_fetch_and_add(&connection->calls, 1) + 1;
	__u32 end = tcp->write_seq;

	if (connection->is_open && !connection->flow.first_call && is_later(end, connection->first))
		connection->flow.first_call = is_later(end - length, connection->first) ? NOT_KNOWN : end - connection->first;
	if (!connection->waiting.number || !is_later(connection->waiting.end, tcp->snd_nxt))
		wait(connection, tcp, number, length);
}

/* Of the threads of recorded containers; all others leave at once. */
static __always_inline void note_begun_call(struct task_struct *thread)
{
	struct task_io_accounting___full *io = (void *)&thread->ioac;
	struct begun_call call = { .begun_ns = bpf_ktime_get_boot_ns(), .read_call_bytes = NOT_KNOWN, .read_calls = NOT_KNOWN };
	struct work work = {};
	__u32 id = BPF_CORE_READ(thread, pid);

	add_thread(&work, thread);
	call.cpu_ns = work.cpu_ns;
	call.read_bytes = work.read_bytes;
	call.written_bytes = work.written_bytes;
	call.minor_faults = work.minor_faults;
	call.major_faults = work.major_faults;
	call.voluntary_switches = BPF_CORE_READ(thread, nvcsw);
	call.involuntary_switches = BPF_CORE_READ(thread, nivcsw);
	if (bpf_core_field_exists(io->rchar)) {
		call.read_call_bytes = BPF_CORE_READ(io, rchar);
		call.read_calls = BPF_CORE_READ(io, syscr);
	}
	bpf_map_update_elem(&begun_calls, &id, &call, BPF_ANY);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(dataset_calls, struct pt_regs *registers, long number)
{
	struct task_struct *thread;

	if (number < 0 || number >= MOST_SYSTEM_CALLS || !sending[number])
		return 0;
	thread = (void *)bpf_get_current_task();
	if (recorded_container(BPF_CORE_READ(thread, cgroups, dfl_cgrp)))
		note_begun_call(thread);
	return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(dataset_called, struct sock *sk, int length, int flags)
{
	struct connection *connection;
	struct tcp_sock *tcp;

	if (length <= 0)
		return 0;
	connection = bpf_sk_storage_get(&connections, sk, 0, 0);
	if (!connection)
		return 0;
	tcp = bpf_skc_to_tcp_sock(sk);
	if (tcp)
		returned(connection, tcp, length);
	return 0;
}

/* ---- Beginnings and ends ---- */

static __always_inline void opened(struct sock *sk, enum flow_role role)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct connection *connection;

	if (!tcp || !recorded_container(sk->sk_cgrp_data.cgroup))
		return;
	connection = bpf_sk_storage_get(&connections, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!connection)
		return;
	if (role == ROLE_CLIENT)
		__builtin_memset(connection, 0, sizeof(*connection));
	if (!fill_in_once(connection, tcp, 0))
		return;
	if (connection->role == ROLE_UNKNOWN)
		connection->role = role;
	if (role == ROLE_SERVER)
		settle_received(connection, tcp);
}

/* In these a socket has queued its FIN, behind all its data. */
static __always_inline bool has_queued_fin(__u8 state)
{
	return state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING || state == TCP_LAST_ACK;
}

/* A container that stops loses its control group, and the programs there, while its sockets still send. */
static __always_inline void settle_sent(struct connection *connection, struct sock *sk, __u8 last_state)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	__u32 to;

	if (!tcp)
		return;
	to = tcp->snd_nxt - (has_queued_fin(last_state) && tcp->snd_nxt == tcp->write_seq);
	if (!is_later(to, connection->sent_to))
		return;
	connection->flow.bytes += to - connection->sent_to;
	connection->sent_to = to;
}

static __always_inline struct connection *with_open_flow(struct sock *sk)
{
	struct connection *connection = bpf_sk_storage_get(&connections, sk, 0, 0);

	return connection && connection->is_open ? connection : NULL;
}

static __always_inline void closed(struct sock *sk, __u8 last_state)
{
	struct connection *connection = with_open_flow(sk);

	if (!connection)
		return;
	settle_sent(connection, sk, last_state);
	hand_over(connection, end_of(connection, bpf_ktime_get_boot_ns(), ENDED_BY_CLOSE));
}

static __always_inline void follow(struct sock *sk, int old_state, int new_state)
{
	if (new_state == TCP_SYN_SENT)
		opened(sk, ROLE_CLIENT);
	else if (new_state == TCP_ESTABLISHED && old_state == TCP_SYN_RECV)
		opened(sk, ROLE_SERVER);
	else if (new_state == TCP_CLOSE)
		closed(sk, old_state);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(dataset_state, struct sock *sk, int old_state, int new_state)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	keep_cpu();
	follow(sk, old_state, new_state);
	leave_cpu();
	return 0;
}

/* The kernel does not enter a program that is running on the CPU already: ends that the one above misses so are seen here. */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(dataset_destroyed, struct sock *sk)
{
	struct connection *connection;

	keep_cpu();
	connection = with_open_flow(sk);
	if (connection)
		hand_over(connection, end_of(connection, bpf_ktime_get_boot_ns(), ENDED_BY_CLOSE));
	leave_cpu();
	return 0;
}

/* ---- What the loader runs ---- */

/*
 * Where the queue of a connection ends. What has not left yet is of a flow that is to begin, and tells its size, unless all of the
 * connection is one flow, and that has begun. With gaps nobody knows: the next byte may leave within the gap, or after it.
 */
static __always_inline __u32 end_of_queue(const struct connection *connection, const struct tcp_sock *tcp)
{
	return connection->is_open && !gap_ns ? tcp->write_seq : tcp->snd_nxt;
}

/* A FIN takes a number. */
static __always_inline bool is_fin_queued(const struct tcp_sock *tcp, __u8 state, __u32 end)
{
	return has_queued_fin(state) && state != TCP_FIN_WAIT2 && end == tcp->write_seq;
}

SEC("iter/bpf_sk_storage_map")
int count_queues(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct connection *connection = ctx->value;
	struct sock *sk = ctx->sk;
	struct tcp_sock *tcp;
	__u32 end, bytes;
	__u8 state;

	barrier_var(sk); /* loaded anew it would be another, for the verifier */
	if (!sk || !connection || !connection->seen_ns)
		return 0;
	tcp = bpf_skc_to_tcp_sock(sk);
	if (!tcp)
		return 0;
	state = ((struct sock *)tcp)->__sk_common.skc_state;
	if (!is_connection((struct sock *)tcp) || state == TCP_SYN_SENT)
		return 0;
	end = end_of_queue(connection, tcp);
	bytes = end - tcp->snd_una;
	if (bytes && is_fin_queued(tcp, state, end))
		bytes--;
	__sync_fetch_and_add(&queued[connection->container & (MOST_CONTAINERS - 1)], bytes);
	return 0;
}

/* Once, as the recording ends and nothing else runs any more. */
SEC("iter/bpf_sk_storage_map")
int open_flows(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct connection *connection = ctx->value;

	if (!ctx->sk || !connection || !connection->is_open)
		return 0;
	finish(&connection->flow, connection, end_of(connection, bpf_ktime_get_boot_ns(), NOT_ENDED));
	bpf_seq_write(ctx->meta->seq, &connection->flow, sizeof(connection->flow));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
