/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_ADOPT_H
#define FLOWTALLY_ADOPT_H

struct options;
struct parts;
struct tracer;

/* Pins what a next tracer needs to go on when this one is killed: 0, or -1 after saying why. */
int pin_for_adoption(struct tracer *tracer, const struct options *options, const struct parts *wanted);

/* The programs that a killed tracer of this build, with these options and rights, left running, with all that they have
 * counted: nothing is loaded. NULL when there are none. To be freed with tracer__destroy(). */
struct tracer *adopt_programs(const struct options *options, const struct parts *wanted);

#endif
