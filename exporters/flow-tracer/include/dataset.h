/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What the data set's programs hand to their loader, which is of the same build: no version, no other reader. */
#ifndef FLOWTALLY_DATASET_H
#define FLOWTALLY_DATASET_H

#define MOST_CONTAINERS 128 /* that are recorded at once; a power of two */
#define MOST_SYSTEM_CALLS 512 /* that can send: their numbers are below; a power of two */
#define NOT_KNOWN (~0ULL)

struct traffic {
	__u64 sent;
	__u64 received;
};

/* What the process that sends, and its thread, had done up to the call that the first byte is of. */
struct dataset_sender {
	__u64 called_ns; /* when that call began, since boot */
	__u64 start_ns; /* since boot */
	__u64 cpu_ns; /* this and the next five: of all its threads, ended ones too */
	__u64 read_bytes; /* from and to block devices */
	__u64 written_bytes;
	__u64 minor_faults;
	__u64 major_faults;
	__u64 resident_bytes;
	__u64 thread_cpu_ns;
	__u64 thread_read_bytes; /* by read system calls, from whatever it reads; NOT_KNOWN: not counted by this kernel */
	__u64 thread_reads;
	__u64 thread_voluntary_switches;
	__u64 thread_involuntary_switches;
	__u32 pid; /* 0: nobody saw who has sent it, or by which call */
	__u32 reserved;
	char comm[16];
};

enum dataset_end {
	ENDED_BY_CLOSE = 0,
	ENDED_BY_GAP = 1,
	NOT_ENDED = 2, /* open as the recording ended */
};

/* One flow. Times are nanoseconds since boot, bytes are payload, each sent byte once. */
struct dataset_flow {
	__u64 start_ns;
	__u64 last_ns;
	__u64 bytes;
	__u64 first_call; /* bytes; NOT_KNOWN */
	__u64 calls; /* NOT_KNOWN */
	struct traffic before; /* of the container, before the first byte */
	struct traffic before_with_peer;
	struct dataset_sender sender;
	__u8 source_address[16]; /* IPv4 as ::ffff:a.b.c.d */
	__u8 destination_address[16];
	__u16 source_port; /* host byte order */
	__u16 destination_port;
	__u32 container; /* its number */
	__u32 rtt_us; /* smoothed; 0: not known */
	__u8 role; /* enum flow_role */
	__u8 end; /* enum dataset_end */
	__u8 whole; /* nothing went before unseen */
	__u8 reserved;
};

_Static_assert(sizeof(struct dataset_flow) == 248, "dataset_flow");

#endif
