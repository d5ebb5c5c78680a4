/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_PINS_H
#define FLOWTALLY_PINS_H

struct tracer;

/* Attaches every loaded iterator to what it iterates over: 0, or -1 after saying why. */
int attach_iterators(struct tracer *tracer);

/* Makes the folder and pins the iterators for readers in it, readable by all: 0, or -1 after saying why. */
int pin_iterators(struct tracer *tracer, const char *folder);

/* Removes the pins, and the folder where that is possible; nothing there is fine. */
void remove_pins(const char *folder);

#endif
