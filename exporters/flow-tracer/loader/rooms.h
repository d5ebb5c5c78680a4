/* SPDX-License-Identifier: Apache-2.0 */
/* How many flows the tables are to have room for. */
#ifndef FLOWTALLY_ROOMS_H
#define FLOWTALLY_ROOMS_H

#include "machine.h"

struct options;

/* Entries a table has room for. */
struct rooms {
	unsigned int flows; /* open ones */
	unsigned int closed; /* that ended and wait for the reader */
	unsigned int udp;
};

/* As the machine allows, or as the options say: the ended ones and UDP follow the open ones, unless they are given too.
 * Says so when the sockets of now would not fit. */
struct rooms choose_rooms(const struct machine *machine, const struct options *options);

/* Whether the memory limit holds the tables and all else of the tracer, which the kernel would kill without a word: 0, or
 * -1 after saying what it takes. */
int check_limit(const struct rooms *rooms, const struct machine *machine);

/* Kernel memory they take when they are full. */
__u64 bytes_of(const struct rooms *rooms);

#endif
