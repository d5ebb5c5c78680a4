/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_HEALTH_H
#define FLOWTALLY_HEALTH_H

/* Whether a tracer renewed the heartbeat behind this folder's pin `status` in the last five seconds: 0, or -1 after
 * saying why not. */
int check_tracer(const char *pins);

#endif
