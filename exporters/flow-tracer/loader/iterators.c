// SPDX-License-Identifier: Apache-2.0
#include "iterators.h"

#include <errno.h>
#include <linux/types.h>
#include <string.h>

#include "log.h"
#include "rows.h"
#include "tracer.skel.h"

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
	    attach(t->progs.programs, &t->links.programs, NULL) ||
	    attach(t->progs.cgroups, &t->links.cgroups, t->maps.cgroup_rows) ||
	    ((t->bss->status_flags & STATUS_UDP) && (attach(t->progs.udp, &t->links.udp, t->maps.udp_flows) ||
						     attach(t->progs.udp_ack, &t->links.udp_ack, t->maps.status_slot))))
		return -1;
	return 0;
}
