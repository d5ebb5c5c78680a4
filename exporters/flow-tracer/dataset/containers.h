/* SPDX-License-Identifier: Apache-2.0 */
/* The containers that are recorded: their control groups, with the programs on them, for as long as they are there. */
#ifndef FLOWTALLY_DATASET_CONTAINERS_H
#define FLOWTALLY_DATASET_CONTAINERS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "dataset.h"
#include "memory_events.h"

struct bpf_link;
struct dataset;
struct dataset_options;

struct container {
	const char *id;
	struct bpf_link *received;
	struct bpf_link *sent;
	int group; /* -1: not found */
	char *path; /* of its group, below the root; NULL: never found */
	__u64 group_id;
	bool is_refused; /* said so */
	struct memory memory;
	bool is_told; /* the first line of a container says 0 too */
	__u64 told_queued; /* in the last line that said so */
	__u64 told_read;
	__u64 told_written;
};

struct containers {
	struct container list[MOST_CONTAINERS]; /* by their numbers */
	size_t count;
	struct dataset *programs;
	enum memory_kind memory;
	int root; /* of cgroup v2 */
	__u64 searched_ns; /* when all groups were last looked through, since boot */
};

/* 0, or -1 after saying that there are no control groups to be seen. */
int want_containers(struct containers *containers, const struct dataset_options *options, struct dataset *programs);

/*
 * Leaves groups that were removed, and looks for those that are missing: where they were each time, everywhere once a second. Tells
 * of both.
 */
void follow_containers(struct containers *containers);

/* Takes the programs off all groups. */
void leave_containers(struct containers *containers);

#endif
