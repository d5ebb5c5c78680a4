/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_UDP_LOADER_H
#define FLOWTALLY_UDP_LOADER_H

#include <linux/types.h>

#include "options.h"
#include "rows.h"

struct tracer;

/* The best way that the choice, the kernel and this process's rights allow; says so when that is none. */
enum udp_mode first_udp_mode(enum udp_choice choice);

/* What is left when the kernel refuses that way. */
enum udp_mode next_udp_mode(enum udp_choice choice, enum udp_mode refused);

/* Before loading: takes the programs of that way in, and keeps the others out. A flow idle for so long has ended. */
void want_udp(struct tracer *tracer, enum udp_mode mode, unsigned int idle_seconds);

/* Attaches them. Flows do without UDP where that fails: says why, and that UDP is left out. Before the iterators are
 * attached. */
void start_udp(struct tracer *tracer);

#endif
