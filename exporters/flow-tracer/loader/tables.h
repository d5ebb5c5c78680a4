/* SPDX-License-Identifier: Apache-2.0 */
/* How large the tables of flows are. */
#ifndef FLOWTALLY_TABLES_H
#define FLOWTALLY_TABLES_H

struct rooms;
struct tracer;

/* Before loading: powers of two that have room for at least so many. */
void size_tables(struct tracer *tracer, const struct rooms *rooms);

/* After loading: tells the status row how large they became. */
void tell_tables(struct tracer *tracer);

#endif
