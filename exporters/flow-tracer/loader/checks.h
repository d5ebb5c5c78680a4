/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_CHECKS_H
#define FLOWTALLY_CHECKS_H

/* What must be there before anything is loaded: 0, or -1 after naming what is missing. */
int check_host(const char *pins);

#endif
