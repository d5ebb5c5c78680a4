/* SPDX-License-Identifier: Apache-2.0 */
/* What the flows of TCP can do without: left out where the kernel refuses it. */
#ifndef FLOWTALLY_PARTS_H
#define FLOWTALLY_PARTS_H

#include <linux/types.h>
#include <stdbool.h>

#include "rows.h"

struct options;
struct tracer;

struct parts {
	bool processes;
	bool owners;
	bool programs;
	bool cgroups;
	enum udp_mode udp;
};

/* All that the options and this process's rights allow; says what the rights do not. */
struct parts wanted_parts(const struct options *options);

/* Before loading: takes their programs in, and keeps the others out. */
void want_parts(struct tracer *tracer, const struct parts *parts, const struct options *options);

/* Takes out the part that the program belongs to, or puts another in its place: false when it is no part. Says so, with
 * the reason. */
bool leave_out(struct parts *parts, const char *program, const struct options *options, const char *reason);

/* Their bits of the status flags; UDP's is set once its programs are attached. */
__u32 flags_of(const struct parts *parts);

#endif
