// SPDX-License-Identifier: Apache-2.0
#include "parts.h"

#include <string.h>

#include "functions.h"
#include "log.h"
#include "options.h"
#include "tracer.skel.h"
#include "udp.h"

struct parts wanted_parts(const struct options *options)
{
	return (struct parts){ .processes = true, .owners = true, .programs = true, .cgroups = true,
			       .udp = first_udp_mode(options->udp) };
}

void want_parts(struct tracer *tracer, const struct parts *parts, const struct options *options)
{
	bpf_program__set_autoload(tracer->progs.follow_aborted, function_takes_program("tcp_disconnect"));
	bpf_program__set_autoload(tracer->progs.processes, parts->processes);
	bpf_program__set_autoload(tracer->progs.owners, parts->owners);
	bpf_program__set_autoload(tracer->progs.programs, parts->programs);
	bpf_program__set_autoload(tracer->progs.cgroup_made, parts->cgroups);
	bpf_program__set_autoload(tracer->progs.cgroup_removed, parts->cgroups);
	bpf_program__set_autoload(tracer->progs.cgroups, parts->cgroups);
	want_udp(tracer, parts->udp, options->udp_idle);
}

static bool *switch_of(struct parts *parts, const char *program)
{
	if (strcmp(program, "processes") == 0)
		return &parts->processes;
	if (strcmp(program, "owners") == 0)
		return &parts->owners;
	if (strncmp(program, "cgroup", strlen("cgroup")) == 0)
		return &parts->cgroups;
	return strcmp(program, "programs") == 0 ? &parts->programs : NULL;
}

bool leave_out(struct parts *parts, const char *program, const struct options *options, const char *reason)
{
	bool *part = switch_of(parts, program);

	if (part) {
		log_line(LOG_WARNING, "PART_LEFT_OUT", "%s is left out, all else works: %s",
			 part == &parts->cgroups ? "cgroups" : program, reason);
		*part = false;
		return true;
	}
	if (strncmp(program, "udp", 3) || parts->udp == UDP_OFF)
		return false;
	parts->udp = next_udp_mode(options->udp, parts->udp);
	if (parts->udp == UDP_OFF)
		log_line(LOG_WARNING, "UDP_LEFT_OUT", "UDP is not counted, all else works: %s: %s", program, reason);
	else
		log_line(LOG_INFO, "UDP_ELSEWHERE", "UDP is counted at the root cgroup: %s: %s", program, reason);
	return true;
}

__u32 flags_of(const struct parts *parts)
{
	return (parts->processes ? STATUS_PROCESSES : 0) | (parts->owners ? STATUS_OWNERS : 0) |
	       (parts->programs ? STATUS_PROGRAMS : 0) | (parts->cgroups ? STATUS_CGROUPS : 0);
}
