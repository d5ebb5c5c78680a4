/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The rows the kernel side hands over through its pinned iterators.
 * This header owns the byte layout: little endian, naturally aligned, no implicit padding.
 * The TypeScript twin is exporters/flow-exporter/decode/layout.ts; both sides assert size and version.
 * Change a row and ROWS_VERSION goes up by one.
 */
#ifndef FLOWTALLY_ROWS_H
#define FLOWTALLY_ROWS_H

#define ROWS_VERSION 1

enum row_kind {
	ROW_STATUS = 1,
	ROW_FLOW = 2,
	ROW_PROCESS = 3,
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

/* Pin `status`: one row. Times are nanoseconds since boot (CLOCK_BOOTTIME). */
struct status_row {
	struct row_head head;
	__u32 reserved;
	__u64 heartbeat_ns; /* renewed by the loader every second: older than 5 s means the tracer is gone */
	__u64 live_rows; /* rows the last snapshot wrote */
	__u64 live_lost; /* sockets the last snapshot had no room for */
	__u64 storage_lost; /* sockets that got no storage, since load */
};

/* Pin `live`: one row per TCP socket, as of the last read of pin `snapshot`. */
struct flow_row {
	struct row_head head;
	__u32 netns; /* inode of the network namespace */
	__u64 cookie; /* socket cookie: unique until reboot */
	__u64 sent_bytes; /* payload, first transmission only */
	__u64 received_bytes; /* payload that arrived in order in the kernel */
	__u64 cgroup_id; /* inode of the socket's v2 cgroup; 0 unknown */
	__u64 start_ns; /* since boot; 0: the socket is older than the tracer */
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
	__u8 reserved[11];
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
};

_Static_assert(sizeof(struct row_head) == 4, "row_head");
_Static_assert(sizeof(struct status_row) == 40, "status_row");
_Static_assert(sizeof(struct flow_row) == 128, "flow_row");
_Static_assert(sizeof(struct process_row) == 184, "process_row");

#endif
