/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel takes, found out by loading programs of a few instructions. */
#ifndef FLOWTALLY_TRIALS_H
#define FLOWTALLY_TRIALS_H

#include <stdbool.h>

/* Whether a program may read the kernel's memory: not where it is locked down for confidentiality. */
bool can_read_kernel(void);

/* Atomics that return the value of before: 0, or the errno they were refused with (524, ENOTSUPP: by the compiler). */
int try_fetch_atomics(void);

#endif
