// SPDX-License-Identifier: Apache-2.0
#include "containers.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "dataset.skel.h"
#include "groups.h"
#include "lines.h"
#include "log.h"
#include "options.h"

#define SEARCH_NS 1000000000ULL /* how often all groups are looked through */

int want_containers(struct containers *containers, const struct dataset_options *options, struct dataset *programs)
{
	containers->programs = programs;
	containers->count = options->count;
	for (size_t i = 0; i < options->count; i++)
		containers->list[i] = (struct container){ .id = options->containers[i], .group = -1 };
	containers->root = open_cgroup_root();
	if (containers->root >= 0)
		return 0;
	log_line(LOG_ERROR, "CGROUP_MISSING",
		 "the root of the host's control groups (v2) is mounted nowhere here: %s; mount /sys/fs/cgroup into this container",
		 strerror(errno));
	return -1;
}

static void leave(struct containers *containers, struct container *container)
{
	bpf_link__destroy(container->received);
	bpf_link__destroy(container->sent);
	container->received = container->sent = NULL;
	if (container->group >= 0)
		close(container->group);
	container->group = -1;
	bpf_map_delete_elem(bpf_map__fd(containers->programs->maps.containers), &container->group_id);
	close_memory(&container->memory);
}

/* The number first: programs that meet sockets without one pass over them for good. */
static bool attach(struct containers *containers, struct container *container, int group)
{
	struct dataset *programs = containers->programs;
	__u32 number = container - containers->list;
	struct stat found;

	if (fstat(group, &found))
		return false;
	container->group_id = found.st_ino;
	if (bpf_map_update_elem(bpf_map__fd(programs->maps.containers), &container->group_id, &number, BPF_ANY))
		return false;
	container->received = bpf_program__attach_cgroup(programs->progs.dataset_received, group);
	if (container->received)
		container->sent = bpf_program__attach_cgroup(programs->progs.dataset_sent, group);
	return container->sent;
}

static void refuse(struct container *container)
{
	if (!container->is_refused)
		log_line(LOG_ERROR, "CONTAINER_REFUSED", "container %.12s is not recorded: its control group takes no program: %s",
			 container->id, strerror(errno));
	container->is_refused = true;
}

/* The path of a descriptor, as this process sees it. */
static const char *path_of(int fd, char *path)
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, PATH_MAX - 1);
	path[length < 0 ? 0 : length] = '\0';
	return path;
}

/* Below the root of the hierarchy, wherever that is mounted: begins with a slash. */
static char *path_below(int root, int group)
{
	char root_path[PATH_MAX], path[PATH_MAX];
	size_t length = strlen(path_of(root, root_path));

	path_of(group, path);
	return strdup(strncmp(path, root_path, length) ? path : path + length);
}

static void enter(struct containers *containers, struct container *container, int group)
{
	int error;

	if (!attach(containers, container, group)) {
		refuse(container);
		leave(containers, container);
		return;
	}
	container->group = fcntl(group, F_DUPFD_CLOEXEC, 0);
	free(container->path);
	container->path = path_below(containers->root, group);
	error = open_memory(&container->memory, containers->memory, container->id, group);
	if (error)
		log_line(LOG_WARNING, "MEMORY_REFUSED", "memory events of container %.12s cannot be had: %s", container->id,
			 strerror(error));
	tell_attached(container->id, container->path ? container->path : "");
}

static void try_group(void *context, const char *name, int group)
{
	struct containers *containers = context;

	for (size_t i = 0; i < containers->count; i++)
		if (!containers->list[i].sent && strstr(name, containers->list[i].id))
			enter(containers, &containers->list[i], group);
}

/* A container that is started again mostly has its group where it was. */
static void look_where_it_was(struct containers *containers, struct container *container)
{
	int group = openat(containers->root, container->path + 1, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (group < 0)
		return;
	enter(containers, container, group);
	close(group);
}

static void leave_removed(struct containers *containers)
{
	for (size_t i = 0; i < containers->count; i++) {
		struct container *container = &containers->list[i];

		if (!container->sent || !is_removed(container->group))
			continue;
		leave(containers, container);
		tell_gone(container->id);
	}
}

static bool is_any_missing(const struct containers *containers)
{
	for (size_t i = 0; i < containers->count; i++)
		if (!containers->list[i].sent)
			return true;
	return false;
}

static void look_everywhere(struct containers *containers)
{
	__u64 now_ns = boot_time_ns();

	if (now_ns - containers->searched_ns < SEARCH_NS)
		return;
	containers->searched_ns = now_ns;
	visit_groups(containers->root, try_group, containers);
}

void follow_containers(struct containers *containers)
{
	leave_removed(containers);
	for (size_t i = 0; i < containers->count; i++)
		if (!containers->list[i].sent && containers->list[i].path)
			look_where_it_was(containers, &containers->list[i]);
	if (is_any_missing(containers))
		look_everywhere(containers);
}

void leave_containers(struct containers *containers)
{
	for (size_t i = 0; i < containers->count; i++)
		if (containers->list[i].sent)
			leave(containers, &containers->list[i]);
}
