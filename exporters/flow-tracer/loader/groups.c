// SPDX-License-Identifier: Apache-2.0
#include "groups.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MOST_GROUPS 20000 /* that are looked through */

struct walk {
	void (*visit)(void *context, const char *name, int group);
	void *context;
	unsigned int groups_left;
};

bool is_container_id(const char *text)
{
	return strlen(text) == CONTAINER_ID_LENGTH && strspn(text, "0123456789abcdef") == CONTAINER_ID_LENGTH;
}

bool is_removed(int group)
{
	return faccessat(group, "cgroup.procs", F_OK, 0);
}

static bool is_group(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

/* Takes the descriptor. */
static void walk_below(struct walk *walk, int folder)
{
	DIR *entries = fdopendir(folder);
	struct dirent *entry;
	int group;

	if (!entries) {
		close(folder);
		return;
	}
	while ((entry = readdir(entries)) && walk->groups_left) {
		if (!is_group(entry))
			continue;
		walk->groups_left--;
		group = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (group < 0)
			continue;
		walk->visit(walk->context, entry->d_name, group);
		walk_below(walk, group);
	}
	closedir(entries);
}

void visit_groups(int root, void (*visit)(void *context, const char *name, int group), void *context)
{
	struct walk walk = { visit, context, MOST_GROUPS };
	int folder = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder >= 0)
		walk_below(&walk, folder);
}
