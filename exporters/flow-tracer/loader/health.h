/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_HEALTH_H
#define FLOWTALLY_HEALTH_H

#include <stdbool.h>

/* Whether a tracer renewed the heartbeat behind this folder's pin `status` in the last five seconds. */
bool tracer_lives(const char *pins);

#endif
