/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_NUMBERS_H
#define FLOWTALLY_NUMBERS_H

/* An option's number from 1 to `most`; anything else is refused in the log, and -1. */
int parse_number(unsigned int *number, unsigned int most, const char *name, const char *text);

#endif
