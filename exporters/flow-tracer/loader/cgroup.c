// SPDX-License-Identifier: Apache-2.0
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES (2 * PATH_MAX)

/* A line of mountinfo: "36 35 98:0 /root /mount/point options - type source …". */
static bool parse_cgroup2(const char *line, char *point)
{
	const char *type = strstr(line, " - ");

	return type && strncmp(type, " - cgroup2 ", 11) == 0 && sscanf(line, "%*s %*s %*s %*s %4095s", point) == 1;
}

/* Every group but the root has a type; in a container the mount's own root says nothing. */
static bool is_root(int folder)
{
	return faccessat(folder, "cgroup.procs", F_OK, 0) == 0 && faccessat(folder, "cgroup.type", F_OK, 0) != 0;
}

static int open_root_at(const char *point, bool (*is_root_of)(int folder))
{
	int folder = open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0 || is_root_of(folder))
		return folder;
	close(folder);
	return -1;
}

int open_hierarchy(bool (*parse)(const char *line, char *point), bool (*is_root_of)(int folder))
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char line[LINE_BYTES], point[PATH_MAX];
	int folder = -1;

	if (!mounts)
		return -1;
	while (folder < 0 && fgets(line, sizeof(line), mounts))
		if (parse(line, point))
			folder = open_root_at(point, is_root_of);
	fclose(mounts);
	if (folder < 0)
		errno = ENOENT;
	return folder;
}

int open_cgroup_root(void)
{
	return open_hierarchy(parse_cgroup2, is_root);
}
