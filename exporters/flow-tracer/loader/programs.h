/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_PROGRAMS_H
#define FLOWTALLY_PROGRAMS_H

struct options;
struct parts;
struct tracer;

/* Loads the programs into the kernel; what this kernel refuses and the flows can do without is left out and logged.
 * NULL after saying why. To be freed with tracer__destroy(), which unloads. */
struct tracer *load_programs(const struct options *options, const struct parts *wanted);

/* Starts to follow sockets and finds the owners of those that are already there. The iterators
 * must be attached: 0, or -1 after saying why. */
int start_tracing(struct tracer *tracer);

#endif
