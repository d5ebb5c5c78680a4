// SPDX-License-Identifier: Apache-2.0
/*
 * The memory of BPF tables is charged to the control groups of the process that makes them, so their limits hold for
 * the tables. A group's folder is where its hierarchy is mounted, and what comes of its path behind the part of the
 * hierarchy that the mount shows. The limit of each group above it that can be seen from here holds as well.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

#define LINE_BYTES (2 * PATH_MAX)

struct hierarchy {
	const char *type; /* of its file system */
	const char *controllers; /* in /proc/self/cgroup */
	const char *file; /* holds the limit, or "max" */
};

static const struct hierarchy unified = { "cgroup2", "", "memory.max" };
static const struct hierarchy memory_v1 = { "cgroup", "memory", "memory.limit_in_bytes" };

/* Lines are "4:memory:/docker/…" and "0::/…". */
static bool find_path(char path[PATH_MAX], const struct hierarchy *hierarchy)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[LINE_BYTES], wanted[32];
	bool found = false;

	if (!file)
		return false;
	snprintf(wanted, sizeof(wanted), ":%s:/", hierarchy->controllers);
	while (!found && fgets(line, sizeof(line), file)) {
		char *start = strchr(line, ':');

		line[strcspn(line, "\n")] = '\0';
		found = start && strncmp(start, wanted, strlen(wanted)) == 0;
		if (found)
			snprintf(path, PATH_MAX, "%s", start + strlen(wanted) - 1);
	}
	fclose(file);
	return found;
}

/* A line of mountinfo: "36 35 98:0 /root /mount/point options - type source super,options". */
static bool is_mount_of(const struct hierarchy *hierarchy, const char *line, char *root, char *point)
{
	char type[16], options[256];
	const char *end = strstr(line, " - ");

	if (!end || sscanf(line, "%*s %*s %*s %4095s %4095s", root, point) != 2 ||
	    sscanf(end, " - %15s %*s %255s", type, options) != 2 || strcmp(type, hierarchy->type))
		return false;
	return strstr(options, hierarchy->controllers);
}

/* The folder of the group in that mount: false when the mount shows another part of the hierarchy. */
static bool put_folder(char folder[LINE_BYTES], const char *root, const char *point, const char *path)
{
	size_t length = strcmp(root, "/") ? strlen(root) : 0;

	if (strncmp(path, root, length) || (path[length] && path[length] != '/'))
		return false;
	snprintf(folder, LINE_BYTES, "%s%s", point, strcmp(path + length, "/") ? path + length : "");
	return true;
}

static bool find_folder(char folder[LINE_BYTES], size_t *point_length, const struct hierarchy *hierarchy)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char line[LINE_BYTES], path[PATH_MAX], root[PATH_MAX], point[PATH_MAX];
	bool found = false;

	if (!mounts)
		return false;
	if (find_path(path, hierarchy))
		while (!found && fgets(line, sizeof(line), mounts))
			found = is_mount_of(hierarchy, line, root, point) && put_folder(folder, root, point, path);
	fclose(mounts);
	*point_length = strlen(point);
	return found;
}

static __u64 read_limit(const char *folder, const char *name)
{
	char path[LINE_BYTES + 32];
	unsigned long long bytes;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%llu", &bytes) != 1 || bytes > LLONG_MAX / 2) /* v1 says "none" by the largest number of pages */
		bytes = 0;
	fclose(file);
	return bytes;
}

static __u64 lower(__u64 a, __u64 b)
{
	return !a || (b && b < a) ? b : a;
}

static __u64 limit_in(const struct hierarchy *hierarchy)
{
	char folder[LINE_BYTES];
	size_t point_length;
	__u64 limit = 0;

	if (!find_folder(folder, &point_length, hierarchy))
		return 0;
	for (;;) {
		limit = lower(limit, read_limit(folder, hierarchy->file));
		if (strlen(folder) <= point_length)
			return limit;
		*strrchr(folder, '/') = '\0';
	}
}

__u64 memory_limit(void)
{
	return lower(limit_in(&unified), limit_in(&memory_v1));
}
