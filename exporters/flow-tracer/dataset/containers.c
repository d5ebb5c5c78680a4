// SPDX-License-Identifier: Apache-2.0
#include "containers.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "dataset.skel.h"
#include "groups.h"
#include "lines.h"
#include "log.h"
#include "options.h"

struct search {
	struct containers *containers;
	int root;
};

void want_containers(struct containers *containers, const struct dataset_options *options, struct dataset *programs)
{
	containers->programs = programs;
	containers->count = options->count;
	for (size_t i = 0; i < options->count; i++)
		containers->list[i] = (struct container){ .id = options->containers[i], .group = -1 };
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

static void enter(struct containers *containers, struct container *container, int root, int group)
{
	int error;

	if (!attach(containers, container, group)) {
		refuse(container);
		leave(containers, container);
		return;
	}
	container->group = fcntl(group, F_DUPFD_CLOEXEC, 0);
	error = open_memory(&container->memory, containers->memory, container->id, group);
	if (error)
		log_line(LOG_WARNING, "MEMORY_REFUSED", "memory events of container %.12s cannot be had: %s", container->id,
			 strerror(error));
	tell_attached(container->id, root, group);
}

static void try_group(void *context, const char *name, int group)
{
	const struct search *search = context;
	struct containers *containers = search->containers;

	for (size_t i = 0; i < containers->count; i++)
		if (!containers->list[i].sent && strstr(name, containers->list[i].id))
			enter(containers, &containers->list[i], search->root, group);
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

void follow_containers(struct containers *containers)
{
	struct search search = { .containers = containers };

	leave_removed(containers);
	if (!is_any_missing(containers))
		return;
	search.root = open_cgroup_root();
	if (search.root < 0)
		return;
	visit_groups(search.root, try_group, &search);
	close(search.root);
}

void leave_containers(struct containers *containers)
{
	for (size_t i = 0; i < containers->count; i++)
		if (containers->list[i].sent)
			leave(containers, &containers->list[i]);
}
