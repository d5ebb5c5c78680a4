/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_UDP_LOADER_H
#define FLOWTALLY_UDP_LOADER_H

#include <stdbool.h>

struct tracer;

/* Before loading: takes the programs that count UDP in, or keeps them out. A flow idle for so long has ended. */
void want_udp(struct tracer *tracer, bool wanted, unsigned int idle_seconds);

/* Attaches them to the root of the v2 hierarchy. Flows do without UDP where that fails: says why, and that UDP is left
 * out. Before the iterators are attached. */
void start_udp(struct tracer *tracer);

#endif
