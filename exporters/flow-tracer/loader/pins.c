// SPDX-License-Identifier: Apache-2.0
#include "pins.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "tracer.skel.h"

/* In the order of attach_iterators(). */
static const char *const pin_names[] = {
	"status", "snapshot", "live", "closed", "closed_ack", "owners", "processes", "programs", "udp",
};
#define PIN_COUNT (sizeof(pin_names) / sizeof(pin_names[0]))

/* map: what is iterated; NULL where the program's type says it. */
static int attach(struct bpf_program *program, struct bpf_link **link, const struct bpf_map *map)
{
	union bpf_iter_link_info target = {};
	LIBBPF_OPTS(bpf_iter_attach_opts, options);

	if (!bpf_program__autoload(program))
		return 0;
	if (map) {
		target.map.map_fd = bpf_map__fd(map);
		options.link_info = &target;
		options.link_info_len = sizeof(target);
	}
	*link = bpf_program__attach_iter(program, &options);
	if (*link)
		return 0;
	log_line(LOG_ERROR, "ATTACH_FAILED", "%s: %s", bpf_program__name(program), strerror(errno));
	return -1;
}

static int pin(struct bpf_link *link, const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (!link)
		return 0;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (bpf_link__pin(link, path) == 0 && chmod(path, 0444) == 0)
		return 0;
	log_line(LOG_ERROR, "PIN_FAILED", "%s: %s", path, strerror(errno));
	return -1;
}

static int make_folder(const char *folder)
{
	if (mkdir(folder, 0755) && errno != EEXIST) {
		log_line(LOG_ERROR, "PIN_FAILED", "%s: %s", folder, strerror(errno));
		return -1;
	}
	/* whoever made it, and whatever the umask: readers of any user must get in */
	if (chmod(folder, 0755) == 0)
		return 0;
	log_line(LOG_ERROR, "PIN_FAILED", "%s: %s", folder, strerror(errno));
	return -1;
}

int attach_iterators(struct tracer *t)
{
	if (attach(t->progs.find_percpu_offsets, &t->links.find_percpu_offsets, t->maps.percpu_probe) ||
	    attach(t->progs.status, &t->links.status, t->maps.status_slot) ||
	    attach(t->progs.snapshot, &t->links.snapshot, t->maps.flows) ||
	    attach(t->progs.live, &t->links.live, t->maps.live_rows) ||
	    attach(t->progs.closed, &t->links.closed, t->maps.closed_rows) ||
	    attach(t->progs.closed_ack, &t->links.closed_ack, t->maps.closed_rows) ||
	    attach(t->progs.owners, &t->links.owners, NULL) ||
	    attach(t->progs.processes, &t->links.processes, NULL) ||
	    attach(t->progs.programs, &t->links.programs, NULL) || (t->links.udp_sent && attach(t->progs.udp, &t->links.udp, t->maps.udp_flows)))
		return -1;
	return 0;
}

int pin_iterators(struct tracer *t, const char *folder)
{
	struct bpf_link *const links[PIN_COUNT] = {
		t->links.status,     t->links.snapshot, t->links.live,	    t->links.closed,
		t->links.closed_ack, t->links.owners,	t->links.processes, t->links.programs,
		t->links.udp,
	};

	if (make_folder(folder))
		return -1;
	for (size_t i = 0; i < PIN_COUNT; i++)
		if (pin(links[i], folder, pin_names[i]))
			return -1;
	return 0;
}

void remove_pins(const char *folder)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < PIN_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, pin_names[i]);
		unlink(path);
	}
	rmdir(folder); /* refused for a bind mount, whose maker removes it */
}
