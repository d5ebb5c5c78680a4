// SPDX-License-Identifier: Apache-2.0
/*
 * The file is another process's word, which has fewer rights: nothing in it is taken for a path. It can name containers, and
 * the most that comes of a wrong one is that requests are counted, since the programs do nothing else.
 */
#include "http.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "folder.h"
#include "groups.h"
#include "http.skel.h"
#include "log.h"
#include "options.h"
#include "pins.h"
#include "rights.h"

#define MOST 128 /* containers */

struct container {
	char id[CONTAINER_ID_LENGTH + 1];
	struct bpf_link *received;
	struct bpf_link *sent;
	int group; /* that they hang on; -1: none */
	bool wanted;
	bool refused; /* said so */
};

struct http_watch {
	const char *file;
	struct http *programs;
	struct container containers[MOST];
	size_t count;
};

static struct http *leave_out(struct http *programs, const char *why)
{
	log_line(LOG_WARNING, "HTTP_LEFT_OUT", "HTTP is not counted, all else works: %s", why);
	http__destroy(programs);
	return NULL;
}

static bool attach_reader(struct http *programs)
{
	union bpf_iter_link_info target = { .map.map_fd = bpf_map__fd(programs->maps.http_totals) };
	LIBBPF_OPTS(bpf_iter_attach_opts, attach, .link_info = &target, .link_info_len = sizeof(target));

	programs->links.http = bpf_program__attach_iter(programs->progs.http, &attach);
	return programs->links.http;
}

static struct http *load(const struct options *options)
{
	struct http *programs;

	if (!may_attach_to_cgroups())
		return leave_out(NULL, "capability NET_ADMIN is missing, without which no program can be attached to a control group");
	programs = http__open_and_load();
	if (!programs || !attach_reader(programs))
		return leave_out(programs, strerror(errno));
	return pin_link(programs->links.http, options->pins, HTTP_PIN, options->group) ? leave_out(programs, "it has no pin") : programs;
}

struct http_watch *start_http(const struct options *options, const struct folder *folder)
{
	struct http_watch *watch = NULL;
	struct http *programs;

	unlinkat(folder->pins, HTTP_PIN, 0);
	if (!*options->http)
		return NULL;
	programs = load(options);
	if (programs)
		watch = calloc(1, sizeof(*watch));
	if (!watch)
		return NULL;
	watch->file = options->http;
	watch->programs = programs;
	return watch;
}

static void detach(struct container *container)
{
	bpf_link__destroy(container->received);
	bpf_link__destroy(container->sent);
	container->received = container->sent = NULL;
	if (container->group >= 0)
		close(container->group);
	container->group = -1;
}

/* Links to a group that was removed stay as they are. */
static void leave_removed(struct http_watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->containers[i].sent && is_removed(watch->containers[i].group))
			detach(&watch->containers[i]);
}

static void attach(const struct http_watch *watch, struct container *container, int group)
{
	container->received = bpf_program__attach_cgroup(watch->programs->progs.http_received, group);
	if (container->received)
		container->sent = bpf_program__attach_cgroup(watch->programs->progs.http_sent, group);
	if (container->sent) {
		container->group = fcntl(group, F_DUPFD_CLOEXEC, 0);
		log_line(LOG_INFO, "HTTP_COUNTED", "of container %.12s", container->id);
		return;
	}
	if (!container->refused)
		log_line(LOG_WARNING, "HTTP_REFUSED", "HTTP of container %.12s is not counted: its control group takes no program: %s",
			 container->id, strerror(errno));
	container->refused = true;
	detach(container);
}

static void try_group(void *context, const char *name, int group)
{
	struct http_watch *watch = context;

	for (size_t i = 0; i < watch->count; i++)
		if (!watch->containers[i].sent && strstr(name, watch->containers[i].id))
			attach(watch, &watch->containers[i], group);
}

static void want(struct http_watch *watch, const char *id)
{
	for (size_t i = 0; i < watch->count; i++) {
		if (strcmp(watch->containers[i].id, id) == 0) {
			watch->containers[i].wanted = true;
			return;
		}
	}
	if (watch->count == MOST)
		return;
	watch->containers[watch->count] = (struct container){ .group = -1, .wanted = true };
	memcpy(watch->containers[watch->count++].id, id, CONTAINER_ID_LENGTH + 1);
}

/* What is no id is passed over. */
static void read_file(struct http_watch *watch)
{
	FILE *file = fopen(watch->file, "re");
	char line[CONTAINER_ID_LENGTH + 2];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (is_container_id(line))
			want(watch, line);
	}
	fclose(file);
}

static void leave_unwanted(struct http_watch *watch)
{
	for (size_t i = 0; i < watch->count;) {
		if (watch->containers[i].wanted) {
			i++;
			continue;
		}
		detach(&watch->containers[i]);
		watch->containers[i] = watch->containers[--watch->count];
	}
}

static bool is_any_missing(const struct http_watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		if (!watch->containers[i].sent)
			return true;
	return false;
}

void follow_http(struct http_watch *watch)
{
	int root;

	if (!watch)
		return;
	for (size_t i = 0; i < watch->count; i++)
		watch->containers[i].wanted = false;
	read_file(watch);
	leave_unwanted(watch);
	leave_removed(watch);
	if (!is_any_missing(watch))
		return;
	root = open_cgroup_root();
	if (root < 0)
		return;
	visit_groups(root, try_group, watch);
	close(root);
}

void stop_http(struct http_watch *watch)
{
	if (!watch)
		return;
	for (size_t i = 0; i < watch->count; i++)
		detach(&watch->containers[i]);
	http__destroy(watch->programs);
	free(watch);
}
