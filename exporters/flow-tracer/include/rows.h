/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The rows the kernel side hands over through its pinned iterators.
 * This header owns the byte layout: little endian, naturally aligned, no implicit padding.
 * The TypeScript twin is exporters/flow-exporter/sources/kernel/rows/layout.ts; both sides assert size and version.
 * Change a row and ROWS_VERSION goes up by one.
 */
#ifndef FLOWTALLY_ROWS_H
#define FLOWTALLY_ROWS_H

#define ROWS_VERSION 6

enum row_kind {
	ROW_STATUS = 1,
	ROW_FLOW = 2,
	ROW_PROCESS = 3,
	ROW_CLOSED = 4,
	ROW_UDP = 5,
	ROW_PROGRAM = 6,
	ROW_CGROUP = 7,
	ROW_HTTP = 8,
};

enum flow_role {
	ROLE_UNKNOWN = 0,
	ROLE_CLIENT = 1, /* this socket called connect() */
	ROLE_SERVER = 2, /* this socket came out of accept() */
};

/* First in every row: a reader refuses what it does not know before it looks further. */
struct row_head {
	__u16 size; /* of the whole row, bytes */
	__u8 kind; /* enum row_kind */
	__u8 version; /* ROWS_VERSION */
};

/* Who has made a network namespace, and may give it any address. */
enum netns_owner {
	NETNS_OWNER_UNKNOWN = 0,
	NETNS_OF_HOST = 1, /* the initial user namespace: root of the host has made it, or has allowed it */
	NETNS_OF_USER = 2, /* a user namespace below it: any user can make both */
};

/* Bits of status_row.flags. */
#define STATUS_UDP 1 /* UDP is counted */
#define STATUS_PROCESSES 2 /* processes are read with all their threads */
#define STATUS_OWNERS 4 /* holders of sockets and programs are looked for */
#define STATUS_PROGRAMS 8 /* BPF programs are read */
#define STATUS_CGROUPS 16 /* control groups are noted as the kernel makes them */

/* Where UDP is counted: status_row.udp_mode. */
enum udp_mode {
	UDP_OFF = 0,
	UDP_CGROUP = 1, /* at the root of the cgroup v2 hierarchy, where every packet passes, TCP's as well */
	UDP_FUNCTIONS = 2, /* in the kernel's UDP functions */
};

/* Pin `status`: one row. Times are nanoseconds since boot (CLOCK_BOOTTIME). */
struct status_row {
	struct row_head head;
	__u32 udp_mode; /* enum udp_mode */
	__u64 heartbeat_ns; /* renewed by the loader every second: older than 5 s means the tracer is gone */
	__u64 live_rows; /* rows the last snapshot wrote */
	__u64 live_lost; /* sockets the last snapshot had no room for */
	__u64 table_full; /* flows the table had no room for, since load: not live, and ended without start and owner, or unseen where they abort */
	__u64 closed_lost; /* closed flows the ring had no room for, since load */
	__u64 missed_events; /* flows whose end no program saw, since load; known at the next snapshot */
	__u64 udp_lost; /* datagrams that got no flow entry, or met a program that was running already, since load */
	__u32 flags;
	__u32 flows_room; /* sockets the table of open flows has room for */
	__u32 closed_room; /* ended flows the ring has room for */
	__u32 udp_room; /* UDP flows the table has room for; 0 where UDP is not counted */
	__u64 table_bytes; /* kernel memory the tables take, full or empty */
	__u64 refused_runs; /* times that the kernel did not enter an event program, as it was running on that CPU */
	__u64 closed_written; /* flows that ended, since load: the last sequence given */
	__u64 closed_freed; /* of them, rows that were acknowledged */
	__u64 closed_reads; /* reads of pin `closed` that began, since load */
	__u64 snapshots; /* reads of pin `snapshot` that began, since load */
	__u64 live_snapshot; /* number of the snapshot whose rows are in pin `live`; another than the last: one is being taken */
	__u64 cgroups_lost; /* control groups that left the table before a reader saw them, since load */
};

/* Pin `live`: one row per TCP socket, as of the last read of pin `snapshot`. */
struct flow_row {
	struct row_head head;
	__u32 netns; /* inode of the network namespace */
	__u64 cookie; /* socket cookie: unique until reboot */
	__u64 sent_bytes; /* payload, first transmission only */
	__u64 received_bytes; /* payload that arrived in order in the kernel */
	__u64 cgroup_id; /* inode of the socket's v2 cgroup; 0 unknown */
	__u64 start_ns; /* since boot; 0: the socket is older than the tracer, or its start went unseen */
	__u8 source_address[16]; /* this socket's side; IPv4 as ::ffff:a.b.c.d */
	__u8 destination_address[16];
	__u16 source_port; /* host byte order */
	__u16 destination_port;
	__u32 pid; /* owning process (thread group); 0 unknown */
	__u32 retransmits; /* segments */
	__u32 rtt_us; /* smoothed round-trip time; 0 unknown */
	char comm[16]; /* name of the owning process */
	__u16 family; /* AF_INET 2, AF_INET6 10 */
	__u8 protocol; /* IPPROTO_TCP 6 */
	__u8 state; /* TCP state, as in the kernel: ESTABLISHED 1 … */
	__u8 role; /* enum flow_role */
	__u8 netns_owner; /* enum netns_owner */
	__u8 reserved[2];
	__u64 netns_cookie; /* of the network namespace: unique until reboot, where inodes are used again */
};

/*
 * Pin `processes`: one row per process; counters are totals over all its threads, ended ones included.
 * As in /proc/PID/io, the bytes of children it has waited for are added to its own.
 */
struct process_row {
	struct row_head head;
	__u32 pid;
	__u32 parent_pid;
	__u32 netns;
	__u32 threads;
	__u32 reserved;
	__u64 start_ns; /* since boot */
	__u64 cgroup_id; /* v2 cgroup */
	__u64 cpu_ns;
	__u64 read_bytes; /* from block devices */
	__u64 written_bytes; /* to block devices */
	__u64 minor_faults;
	__u64 major_faults;
	__u64 resident_bytes;
	char comm[16];
	char cgroup_name[80]; /* last path component: the container id, or docker-<id>.scope */
	__u64 netns_cookie;
};

/*
 * Pin `closed`: one row per TCP flow that ended, until a read of pin `closed_ack` frees those that a complete read of
 * `closed` has shown. A read that broke off shows the same rows again: dedupe by sequence. One reader.
 */
struct closed_row {
	struct flow_row flow; /* as it ended; head of kind ROW_CLOSED, state TCP_CLOSE */
	__u64 sequence; /* from 1, in the order of closing; a number that is never shown was counted in closed_lost */
	__u64 end_ns; /* since boot */
	__u64 mark; /* number of the read that last showed it */
	__u32 error; /* errno the socket ended with: 111 refused, 110 timed out, 104 reset; 0 none */
	__u8 last_state; /* before CLOSE: SYN_SENT (2) means that the connect failed or was abandoned */
	__u8 reserved[3];
};

/*
 * Pin `udp`: one row per 5-tuple and network namespace; totals since the entry was made. An entry that is idle leaves once
 * a read of pin `udp_ack` has acknowledged a complete read of `udp` that has shown it as it is. One reader.
 */
struct udp_row {
	struct flow_row flow; /* protocol 17, state 0; netns 0 where only its cookie is known; client: sent first */
	__u64 sent_packets;
	__u64 received_packets;
	__u64 last_ns; /* since boot */
	__u64 entry; /* number of the entry: one made after expiry or eviction has another, and starts from 0 */
};

/* Pin `programs`: one row per BPF program on the host. Times and runs need kernel.bpf_stats_enabled=1. */
struct program_row {
	struct row_head head;
	__u32 id;
	__u32 type; /* enum bpf_prog_type */
	__u32 uid; /* of who loaded it */
	__u64 runs;
	__u64 run_time_ns;
	__u64 recursion_misses; /* events skipped because the program was running on that CPU */
	__u64 loaded_ns; /* since boot */
	__u32 holder_pid; /* a process with a descriptor of it or of its link; 0 unknown */
	__u32 reserved;
	char name[16];
	char attach_name[32]; /* kernel function or tracepoint; empty where there is none */
	char holder_comm[16];
};

#define CGROUP_PATH_BYTES 320

/* Pin `cgroups`: one row per control group of cgroup v2. Those that were removed stay for a while. */
struct cgroup_row {
	struct row_head head;
	__u32 cut_off; /* 1: the path is longer, and its last name here may be half a name */
	__u64 id; /* as in flow_row: unique until reboot */
	__u64 made_ns; /* since boot; 0: before the tracer */
	__u64 removed_ns; /* 0: it is there */
	char path[CGROUP_PATH_BYTES]; /* from the root of the hierarchy */
};

/*
 * Pin `http`, with --http alone: one row per client's address, server's control group and port, method and code; totals since
 * the tracer started. Requests that were not answered are in none.
 */
struct http_row {
	struct row_head head;
	__u16 port; /* the server's, host byte order */
	__u16 code; /* of the answer */
	__u64 cgroup_id; /* the server's */
	__u8 client_address[16]; /* IPv4 as ::ffff:a.b.c.d */
	__u64 count; /* answers that began */
	__u64 latency_ns; /* sum: from a request's first segment to its answer's, as the server's socket sees them */
	__u64 last_ns; /* when the last one began, since boot */
	__u8 method; /* enum http_method */
	__u8 reserved[7];
};

enum http_method {
	HTTP_NOT_COUNTED = 0, /* the last row: count is of answers that the table had no room for, latency_ns of requests that came ahead of their socket and were forgotten */
	HTTP_GET = 1,
	HTTP_HEAD = 2,
	HTTP_POST = 3,
	HTTP_PUT = 4,
	HTTP_DELETE = 5,
	HTTP_CONNECT = 6,
	HTTP_OPTIONS = 7,
	HTTP_TRACE = 8,
	HTTP_PATCH = 9,
};

_Static_assert(sizeof(struct row_head) == 4, "row_head");
_Static_assert(sizeof(struct status_row) == 144, "status_row");
_Static_assert(sizeof(struct flow_row) == 128, "flow_row");
_Static_assert(sizeof(struct process_row) == 192, "process_row");
_Static_assert(sizeof(struct closed_row) == 160, "closed_row");
_Static_assert(sizeof(struct udp_row) == 160, "udp_row");
_Static_assert(sizeof(struct program_row) == 120, "program_row");
_Static_assert(sizeof(struct cgroup_row) == 352, "cgroup_row");
_Static_assert(sizeof(struct http_row) == 64, "http_row");

#endif
