/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_UDP_LOADER_H
#define FLOWTALLY_UDP_LOADER_H

#include <stdbool.h>

struct tracer;

/* Whether the programs that count UDP are loaded; before loading: keeps them out, or in. */
void want_udp(struct tracer *tracer, bool wanted);

/* Attaches them to the root of the v2 hierarchy. Flows do without UDP where that fails: says why, and that UDP is left
 * out. Before the iterators are attached. */
void start_udp(struct tracer *tracer);

#endif
