/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_DATASET_PROGRAMS_H
#define FLOWTALLY_DATASET_PROGRAMS_H

#include <linux/types.h>

struct dataset;
struct dataset_flow;
struct dataset_options;

/* Loads the programs and attaches those that hang on tracepoints. NULL after saying why not. */
struct dataset *load_dataset(const struct dataset_options *options);

/* Sums up the send queues anew: `queued` of the programs' memory. 0, or an errno. */
int count_queued(struct dataset *programs);

/* The flows that are open as the recording ends, after all other programs were detached. How many; -1 with errno. */
long read_open_flows(struct dataset *programs, void (*take)(void *context, const struct dataset_flow *flow), void *context);

#endif
