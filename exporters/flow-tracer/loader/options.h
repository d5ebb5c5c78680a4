/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_OPTIONS_H
#define FLOWTALLY_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

/* Where UDP is to be counted. */
enum udp_choice {
	COUNT_UDP, /* in the kernel's functions where that works, else at the root cgroup */
	COUNT_NO_UDP,
	COUNT_UDP_IN_FUNCTIONS, /* there or nowhere */
	COUNT_UDP_AT_CGROUP,
};

#define NO_GROUP ((gid_t)-1)

struct options {
	const char *pins; /* folder on a BPF file system; made at start, removed at the end */
	gid_t group; /* whose members may read the pins beside the tracer's own user; NO_GROUP */
	const char *logs; /* folder for what the kernel's verifier says of a program it refuses */
	unsigned int max_flows; /* sockets to have room for; 0 (auto): as many as suit the machine */
	unsigned int max_closed; /* flows that ended and wait for the reader; 0 likewise */
	unsigned int max_udp; /* UDP flows; 0 likewise */
	enum udp_choice udp;
	unsigned int udp_idle; /* seconds after which an idle UDP flow has ended */
	const char *http; /* file with the ids of the containers whose HTTP is counted, one a line; "": of none */
	bool health; /* only ask whether a tracer lives */
};

/* 0, or -1 after saying what is wrong. */
int parse_options(struct options *options, int argc, char **argv);

#endif
