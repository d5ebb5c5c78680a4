// SPDX-License-Identifier: Apache-2.0
/*
 * A machine's memory says how many sockets it may come to have, its sockets of now how many it has at least. 48 KiB of
 * memory for each socket with room: 1 GB comes to 16,384, whose tables take 10 MB; 16 GB to 262,144 and 131 MB.
 */
#include "rooms.h"

#include <stdbool.h>

#include "cgroup_table.h"
#include "log.h"
#include "options.h"
#include "tables.h"

/*
 * Loading takes so much for a moment, most of it to read the kernel's types and to verify the programs, which newer kernels
 * charge to the control group as well: 36 MiB at most with Debian's 6.18, 31 with its 7.3.
 */
#define BESIDE_TABLES (40ULL << 20)
#define LEAST_BY_LIMIT 4096 /* flows */
#define BYTES_PER_FLOW 49152
#define SPARE 4 /* times the sockets of now, at least half of it */
#define LEAST_FLOWS 8192
#define MOST_FLOWS (1U << 19) /* by memory */
#define MOST_BY_SOCKETS (1U << 22)
#define LEAST_CLOSED 16384 /* that many end within a second where containers come and go, however small the machine */
#define LEAST_UDP 8192
#define MOST_CLOSED (1U << 18) /* by memory: what ends in three seconds where 40,000 connections a second come and go */
#define UDP_SHARE 4 /* one UDP flow for so many open ones of TCP */

/* Kernel memory for an entry. */
#define FLOW_BYTES 276 /* five quarters of a slot in `flows` and in `live_rows`, a quarter of one in `strays` */
#define CLOSED_BYTES 160
#define UDP_BYTES 240 /* five quarters of a slot */

static __u64 power_of_two_below(__u64 number)
{
	return number ? 1ULL << (63 - __builtin_clzll(number)) : 0;
}

static __u64 larger(__u64 a, __u64 b)
{
	return a > b ? a : b;
}

static __u64 smaller(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

__u64 bytes_of(const struct rooms *rooms)
{
	return (__u64)rooms->flows * FLOW_BYTES + (__u64)rooms->closed * CLOSED_BYTES + (__u64)rooms->udp * UDP_BYTES +
	       CGROUP_BUCKETS * sizeof(struct cgroup_bucket);
}

static struct rooms rooms_for(unsigned int flows)
{
	const __u64 closed = smaller(MOST_CLOSED, larger(LEAST_CLOSED, flows));

	return (struct rooms){ flows, closed, larger(LEAST_UDP, flows / UDP_SHARE) };
}

static struct rooms by_machine(const struct machine *machine)
{
	__u64 by_memory = smaller(MOST_FLOWS, power_of_two_below(machine->memory_bytes / BYTES_PER_FLOW));
	__u64 by_sockets = smaller(MOST_BY_SOCKETS, power_of_two_below(machine->tcp_sockets * SPARE));

	return rooms_for(larger(LEAST_FLOWS, larger(by_memory, by_sockets)));
}

/* What the tables may take: the rest of the limit is for all else, and never less than half of it. */
static __u64 share_of(__u64 limit_bytes)
{
	return smaller(limit_bytes / 2, limit_bytes - smaller(limit_bytes, BESIDE_TABLES));
}

static struct rooms within_limit(struct rooms rooms, __u64 limit_bytes)
{
	while (limit_bytes && bytes_of(&rooms) > share_of(limit_bytes) && rooms.flows > LEAST_BY_LIMIT) {
		rooms = rooms_for(rooms.flows / 2);
		rooms.closed = smaller(rooms.closed, rooms.flows);
		rooms.udp = smaller(rooms.udp, rooms.flows);
	}
	return rooms;
}

static void warn_of_few(const struct rooms *rooms, const struct machine *machine)
{
	if (rooms->flows < machine->tcp_sockets)
		log_line(LOG_WARNING, "TABLES_SMALL",
			 "%llu TCP sockets exist, and there is room for %u: the others count only once they end, without their "
			 "process; raise --max-flows (FLOW_MAX_FLOWS) where it is given, else the memory limit of the control group (FLOW_TRACER_MEMORY)",
			 machine->tcp_sockets, rooms->flows);
}

struct rooms choose_rooms(const struct machine *machine, const struct options *options)
{
	struct rooms rooms = options->max_flows ? rooms_for(options->max_flows) :
						  within_limit(by_machine(machine), machine->limit_bytes);

	if (options->max_closed)
		rooms.closed = options->max_closed;
	if (options->max_udp)
		rooms.udp = options->max_udp;
	rooms = rooms_made(&rooms);
	warn_of_few(&rooms, machine);
	return rooms;
}

static __u64 mebibytes(__u64 bytes)
{
	return (bytes + (1 << 20) - 1) >> 20;
}

int check_limit(const struct rooms *rooms, const struct machine *machine)
{
	const __u64 needed = bytes_of(rooms) + BESIDE_TABLES;

	if (!machine->limit_bytes || needed <= machine->limit_bytes)
		return 0;
	log_line(LOG_ERROR, "MEMORY_LIMITED",
		 "the control group's memory limit is %llu MiB, and the tracer takes %llu MiB while it loads, %llu of them for tables "
		 "of %u flows; raise the limit (FLOW_TRACER_MEMORY), or lower --max-flows (FLOW_MAX_FLOWS) where it is given",
		 machine->limit_bytes >> 20, mebibytes(needed), mebibytes(bytes_of(rooms)), rooms->flows);
	return -1;
}
