/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_OPTIONS_H
#define FLOWTALLY_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *pins; /* folder on a BPF file system; made at start, removed at the end */
	unsigned int max_flows; /* sockets a snapshot has room for */
	unsigned int max_closed; /* flows that ended and wait for the reader */
	bool udp; /* whether UDP is to be counted */
	unsigned int udp_idle; /* seconds after which an idle UDP flow has ended */
	bool health; /* only ask whether a tracer lives */
};

/* 0, or -1 after saying what is wrong. */
int parse_options(struct options *options, int argc, char **argv);

#endif
