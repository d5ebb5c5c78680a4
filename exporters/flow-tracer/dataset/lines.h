/* SPDX-License-Identifier: Apache-2.0 */
/* What is written to stdout: one JSON object a line. What is not known is left out. */
#ifndef FLOWTALLY_DATASET_LINES_H
#define FLOWTALLY_DATASET_LINES_H

#include <linux/types.h>
#include <stdbool.h>

#include "memory_events.h"

struct dataset_flow;

void tell_ready(bool sees_calls, enum memory_kind memory, const char *note);
void tell_attached(const char *id, const char *path);
void tell_gone(const char *id);
void tell_flow(const char *id, const struct dataset_flow *flow);

/* memory: NULL where none is counted. */
void tell_queue(const char *id, __u64 queued_bytes, const struct memory *memory);
void tell_end(__u64 flows, __u64 lost, __u64 open_flows);

#endif
