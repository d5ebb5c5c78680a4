/* SPDX-License-Identifier: Apache-2.0 */
/* How large the tables of flows are. */
#ifndef FLOWTALLY_TABLES_H
#define FLOWTALLY_TABLES_H

struct rooms;
struct tracer;

/* What is made when so much room is asked for: whole elements, at least that. */
struct rooms rooms_made(const struct rooms *asked);

/* Before loading. */
void size_tables(struct tracer *tracer, const struct rooms *rooms);

/* After loading: writes into the status row how large they became. */
void tell_tables(struct tracer *tracer);

#endif
