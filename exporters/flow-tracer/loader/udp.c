// SPDX-License-Identifier: Apache-2.0
#include "udp.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "log.h"
#include "rights.h"
#include "tracer.skel.h"

enum udp_mode first_udp_mode(enum udp_choice choice)
{
	if (choice == COUNT_UDP_IN_FUNCTIONS)
		log_line(LOG_WARNING, "UDP_LEFT_OUT", "this build cannot count in the kernel's UDP functions; say --udp on or cgroup");
	if (choice == COUNT_NO_UDP || choice == COUNT_UDP_IN_FUNCTIONS)
		return UDP_OFF;
	if (may_attach_to_cgroups())
		return UDP_CGROUP;
	log_line(LOG_WARNING, "UDP_LEFT_OUT",
		 "capability NET_ADMIN is missing, without which no program can be attached to the root cgroup; grant it, or say "
		 "--udp off (FLOW_UDP=off)");
	return UDP_OFF;
}

enum udp_mode next_udp_mode(enum udp_choice choice, enum udp_mode refused)
{
	return choice == COUNT_UDP && refused == UDP_FUNCTIONS && may_attach_to_cgroups() ? UDP_CGROUP : UDP_OFF;
}

void want_udp(struct tracer *t, enum udp_mode mode, unsigned int idle_seconds)
{
	struct bpf_program *const programs[] = { t->progs.udp_sent, t->progs.udp_received, t->progs.udp_socket, t->progs.udp };
	bool wanted = mode != UDP_OFF;

	t->rodata->count_udp = wanted;
	t->rodata->udp_idle_ns = idle_seconds * 1000000000ULL;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		bpf_program__set_autoload(programs[i], wanted);
	bpf_map__set_autocreate(t->maps.udp_flows, wanted);
	bpf_map__set_autocreate(t->maps.udp_owners, wanted);
}

/* The owner of a socket is to be known before its first packet. */
static int attach_all(struct tracer *t, int root)
{
	t->links.udp_socket = bpf_program__attach_cgroup(t->progs.udp_socket, root);
	if (t->links.udp_socket)
		t->links.udp_received = bpf_program__attach_cgroup(t->progs.udp_received, root);
	if (t->links.udp_received)
		t->links.udp_sent = bpf_program__attach_cgroup(t->progs.udp_sent, root);
	return t->links.udp_sent ? 0 : -1;
}

static void detach_all(struct tracer *t)
{
	bpf_link__destroy(t->links.udp_socket);
	bpf_link__destroy(t->links.udp_received);
	t->links.udp_socket = t->links.udp_received = NULL;
}

void start_udp(struct tracer *t)
{
	int root;

	if (!t->rodata->count_udp)
		return;
	root = open_cgroup_root();
	if (root >= 0 && attach_all(t, root) == 0) {
		t->bss->status_flags |= STATUS_UDP;
		t->bss->udp_mode = UDP_CGROUP;
	} else {
		log_line(LOG_WARNING, "UDP_LEFT_OUT", "%s: %s",
			 root < 0 ? "no root of a cgroup v2 hierarchy is mounted here" : "the kernel refused to attach to it",
			 strerror(errno));
		detach_all(t);
		t->bss->udp_room = 0;
	}
	if (root >= 0)
		close(root);
}
