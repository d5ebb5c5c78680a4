// SPDX-License-Identifier: Apache-2.0
#include "pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "http.h"
#include "log.h"
#include "options.h"
#include "rows.h"
#include "tracer.skel.h"

#define LINK(name) offsetof(struct tracer, links.name)

static const struct pin {
	const char *name; /* in the folder */
	size_t link; /* where it is in struct tracer */
	__u32 only_with; /* bits of the status flags */
	__u32 only_in; /* enum udp_mode */
	bool optional; /* not on every kernel */
} pins[] = {
	{ "status", LINK(status) },
	{ "snapshot", LINK(snapshot) },
	{ "live", LINK(live) },
	{ "closed", LINK(closed) },
	{ "closed_ack", LINK(closed_ack) },
	{ "owners", LINK(owners), STATUS_OWNERS },
	{ "processes", LINK(processes), STATUS_PROCESSES },
	{ "programs", LINK(programs), STATUS_PROGRAMS },
	{ "cgroups", LINK(cgroups), STATUS_CGROUPS },
	{ "udp", LINK(udp), STATUS_UDP },
	{ "udp_ack", LINK(udp_ack), STATUS_UDP },
	{ KEPT "/follow_state", LINK(follow_state) },
	{ KEPT "/follow_destroyed", LINK(follow_destroyed) },
	{ KEPT "/follow_aborted", LINK(follow_aborted), .optional = true },
	{ KEPT "/cgroup_made", LINK(cgroup_made), STATUS_CGROUPS },
	{ KEPT "/cgroup_removed", LINK(cgroup_removed), STATUS_CGROUPS },
	{ KEPT "/udp_port", LINK(udp_port), STATUS_UDP, UDP_FUNCTIONS },
	{ KEPT "/udp_arrived", LINK(udp_arrived), STATUS_UDP, UDP_FUNCTIONS },
	{ KEPT "/udp_sent4", LINK(udp_sent4), STATUS_UDP, UDP_FUNCTIONS },
	{ KEPT "/udp_sent6", LINK(udp_sent6), STATUS_UDP, UDP_FUNCTIONS },
	{ KEPT "/udp_socket", LINK(udp_socket), STATUS_UDP, UDP_CGROUP },
	{ KEPT "/udp_received", LINK(udp_received), STATUS_UDP, UDP_CGROUP },
	{ KEPT "/udp_sent", LINK(udp_sent), STATUS_UDP, UDP_CGROUP },
};
#define PIN_COUNT (sizeof(pins) / sizeof(pins[0]))

static void put_path(char path[PATH_MAX], const char *folder, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", folder, name);
}

static struct bpf_link **link_of(struct tracer *tracer, const struct pin *pin)
{
	return (struct bpf_link **)((char *)tracer + pin->link);
}

static bool has_dot(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strchr(slash ? slash : path, '.');
}

/* "" where nothing is known to help. */
static const char *remedy(const char *path, int error)
{
	if (error == EPERM && has_dot(path))
		return "; a BPF file system takes no name with a dot: choose another --pins";
	if (error == EPERM)
		return "; run the tracer with the group of --group among its own groups (docker: group_add)";
	if (error == EROFS)
		return "; mount -o remount,rw the BPF file system";
	if (error == ENOTDIR)
		return "; name a folder with --pins, the tracer makes it";
	if (error == ENAMETOOLONG)
		return "; choose a shorter --pins";
	return "";
}

int pin_failed(const char *path)
{
	int error = errno;

	log_line(LOG_ERROR, "PIN_FAILED", "%s: %s%s", path, strerror(error), remedy(path, error));
	return -1;
}

/* The owner's right to write is asked for when the link is opened again. */
static int set_readers(const char *path, gid_t group)
{
	if (group == NO_GROUP)
		return chmod(path, 0600);
	return chown(path, -1, group) ? -1 : chmod(path, 0640);
}

/* What is kept for the next tracer has no other readers: they cannot even enter its folder. */
int pin_link(struct bpf_link *link, const char *folder, const char *name, gid_t group)
{
	char path[PATH_MAX];

	if (!link)
		return 0;
	put_path(path, folder, name);
	if (bpf_link__pin(link, path) == 0 && set_readers(path, group) == 0)
		return 0;
	return pin_failed(path);
}

int pin_links(struct tracer *tracer, const char *folder, gid_t group)
{
	for (size_t i = 0; i < PIN_COUNT; i++)
		if (pin_link(*link_of(tracer, &pins[i]), folder, pins[i].name, group))
			return -1;
	return 0;
}

static bool is_there(const struct tracer *tracer, const struct pin *pin)
{
	return !(pin->only_with & ~tracer->bss->status_flags) && (!pin->only_in || pin->only_in == tracer->bss->udp_mode);
}

int open_links(struct tracer *tracer, const char *folder)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < PIN_COUNT; i++) {
		if (!is_there(tracer, &pins[i]))
			continue;
		put_path(path, folder, pins[i].name);
		*link_of(tracer, &pins[i]) = bpf_link__open(path);
		if (!*link_of(tracer, &pins[i]) && !pins[i].optional)
			return -1;
	}
	return 0;
}

/* Whatever their names: another build may have others. Opened anew, as a copy of the descriptor would share its place in
 * the listing. */
static void empty(int folder)
{
	int listing = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = listing < 0 ? NULL : fdopendir(listing);
	struct dirent *entry;

	if (!entries)
		return;
	while ((entry = readdir(entries)))
		unlinkat(dirfd(entries), entry->d_name, 0); /* refused for "." and ".." */
	closedir(entries);
}

void remove_pins(const struct folder *folder)
{
	for (size_t i = 0; i < PIN_COUNT; i++)
		if (!strchr(pins[i].name, '/'))
			unlinkat(folder->pins, pins[i].name, 0);
	unlinkat(folder->pins, HTTP_PIN, 0);
	empty(folder->kept);
}
