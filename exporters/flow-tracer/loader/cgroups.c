// SPDX-License-Identifier: Apache-2.0
/*
 * The programs see control groups as they are made. Those that are older are found by one walk through the hierarchy,
 * which begins once the programs see: what is made meanwhile is noted by one of the two, or by both.
 */
#include "cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "log.h"
#include <linux/types.h>
#include "cgroup_table.h"
#include "tracer.skel.h"

/* A walk takes some 10 µs for each, and nobody waits for those that others have made by the hundred thousand. */
#define MAX_OF_ROOT (4 * CGROUP_BUCKETS_OF_ROOT * CGROUP_BUCKET_SLOTS)
#define MAX_OF_OTHERS (4 * CGROUP_BUCKETS_OF_OTHERS * CGROUP_BUCKET_SLOTS)

struct walk {
	struct cgroup_bucket *buckets;
	__u64 *last_number;
	unsigned int left_of_root;
	unsigned int left_of_others;
	char path[CGROUP_PATH_BYTES + NAME_MAX + 2]; /* of the group that it is at; "" for the root */
};

static struct cgroup_bucket *map_table(const struct tracer *tracer)
{
	void *buckets = mmap(NULL, CGROUP_BUCKETS * sizeof(struct cgroup_bucket), PROT_READ | PROT_WRITE, MAP_SHARED,
			     bpf_map__fd(tracer->maps.cgroup_rows), 0);

	return buckets == MAP_FAILED ? NULL : buckets;
}

static bool is_in(const struct cgroup_bucket *bucket, __u64 id)
{
	for (int i = 0; i < CGROUP_BUCKET_SLOTS; i++)
		if (bucket->slots[i].row.id == id)
			return true;
	return false;
}

static void fill_row(struct cgroup_row *row, __u64 id, const char *path)
{
	const size_t length = strlen(path);

	row->head = (struct row_head){ .size = sizeof(*row), .kind = ROW_CGROUP, .version = ROWS_VERSION };
	row->cut_off = length >= sizeof(row->path);
	row->id = id;
	row->made_ns = 0;
	row->removed_ns = 0;
	snprintf(row->path, sizeof(row->path), "%s", *path ? path : "/");
}

/* A place that a program takes at the same moment is the program's. */
static void put(const struct walk *walk, __u64 id, bool of_root)
{
	struct cgroup_bucket *first = &walk->buckets[cgroup_bucket_of(id, of_root, false)];
	struct cgroup_bucket *second = &walk->buckets[cgroup_bucket_of(id, of_root, true)];
	struct cgroup_choice place = { .worth = CGROUP_CLAIMED };

	if (is_in(first, id) || is_in(second, id))
		return;
	choose_cgroup_slot(&place, first);
	choose_cgroup_slot(&place, second);
	if (!place.slot || !__sync_bool_compare_and_swap(&place.slot->number, place.number, CGROUP_CLAIMED))
		return;
	fill_row(&place.slot->row, id, walk->path);
	__atomic_store_n(&place.slot->number, __sync_add_and_fetch(walk->last_number, 1), __ATOMIC_RELEASE);
}

static bool may_go_on(struct walk *walk, bool of_root)
{
	unsigned int *left = of_root ? &walk->left_of_root : &walk->left_of_others;

	if (!*left)
		return false;
	(*left)--;
	return true;
}

static void visit(struct walk *walk, int folder);

/* The one of that name in `parent`. */
static void descend(struct walk *walk, int parent, const char *name)
{
	const size_t length = strlen(walk->path);
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0)
		return;
	snprintf(walk->path + length, sizeof(walk->path) - length, "/%s", name);
	visit(walk, folder);
	walk->path[length] = '\0';
}

static bool is_group(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

/* Takes the descriptor. What lies deeper than a row has room for is known by its processes. */
static void visit(struct walk *walk, int folder)
{
	DIR *entries = fdopendir(folder);
	struct dirent *entry;
	struct stat found;

	if (!entries) {
		close(folder);
		return;
	}
	if (fstat(folder, &found) == 0 && may_go_on(walk, found.st_uid == 0)) {
		put(walk, found.st_ino, found.st_uid == 0);
		while (strlen(walk->path) < CGROUP_PATH_BYTES && (entry = readdir(entries)))
			if (is_group(entry))
				descend(walk, folder, entry->d_name);
	}
	closedir(entries);
}

static void walk_hierarchy(struct tracer *tracer)
{
	struct walk walk = { .last_number = &tracer->bss->last_cgroup,
			     .left_of_root = MAX_OF_ROOT,
			     .left_of_others = MAX_OF_OTHERS };
	int root = open_cgroup_root();

	if (root < 0) {
		log_line(LOG_INFO, "CGROUPS_UNSEEN",
			 "no root of a cgroup v2 hierarchy is mounted here: control groups older than the tracer are known by their processes");
		return;
	}
	walk.buckets = map_table(tracer);
	if (!walk.buckets) {
		log_line(LOG_WARNING, "CGROUPS_UNSEEN", "the table of control groups cannot be mapped: %s", strerror(errno));
		close(root);
		return;
	}
	visit(&walk, root);
	munmap(walk.buckets, CGROUP_BUCKETS * sizeof(struct cgroup_bucket));
}

static void leave_cgroups_out(struct tracer *tracer)
{
	log_line(LOG_WARNING, "PART_LEFT_OUT", "cgroups is left out, all else works: cgroup_mkdir, cgroup_rmdir: %s", strerror(errno));
	bpf_link__destroy(tracer->links.cgroups);
	bpf_link__destroy(tracer->links.cgroup_made);
	bpf_link__destroy(tracer->links.cgroup_removed);
	tracer->links.cgroups = tracer->links.cgroup_made = tracer->links.cgroup_removed = NULL;
	tracer->bss->status_flags &= ~STATUS_CGROUPS;
}

void start_cgroups(struct tracer *tracer)
{
	if (!(tracer->bss->status_flags & STATUS_CGROUPS))
		return;
	tracer->links.cgroup_made = bpf_program__attach(tracer->progs.cgroup_made);
	tracer->links.cgroup_removed = bpf_program__attach(tracer->progs.cgroup_removed);
	if (tracer->links.cgroup_made && tracer->links.cgroup_removed)
		walk_hierarchy(tracer);
	else
		leave_cgroups_out(tracer);
}
