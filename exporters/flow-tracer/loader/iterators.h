/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_ITERATORS_H
#define FLOWTALLY_ITERATORS_H

struct tracer;

/* Attaches every loaded iterator to what it iterates over: 0, or -1 after saying why. */
int attach_iterators(struct tracer *tracer);

#endif
