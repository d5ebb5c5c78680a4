/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_DATASET_OPTIONS_H
#define FLOWTALLY_DATASET_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "dataset.h"

struct dataset_options {
	const char *containers[MOST_CONTAINERS]; /* their ids, as Docker gives them: 64 hexadecimal digits */
	size_t count;
	bool is_burst; /* a gap ends a flow; else all of a connection is one */
	unsigned int gap_ms;
	unsigned int sample_ms;
	bool ends_with_stdin;
	bool faults; /* page faults, even where there is a PMU */
};

/* 0, or -1 after naming what is wrong. */
int parse_dataset_options(struct dataset_options *options, int argc, char **argv);

#endif
