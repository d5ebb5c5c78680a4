// SPDX-License-Identifier: Apache-2.0
#include "udp.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "functions.h"
#include "log.h"
#include "rights.h"
#include "tracer.skel.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool functions_take_programs(void)
{
	static const char *const functions[] = { "udp_lib_get_port", "__udp_enqueue_schedule_skb", "ip_send_skb", "ip6_send_skb" };

	for (size_t i = 0; i < LENGTH(functions); i++)
		if (!function_takes_program(functions[i]))
			return false;
	return true;
}

static enum udp_mode leave_udp_out(const char *why)
{
	log_line(LOG_WARNING, "UDP_LEFT_OUT", "%s", why);
	return UDP_OFF;
}

/* Why no program can hang there; NULL where nothing is in the way. */
static const char *bar_to_cgroup(void)
{
	int root;

	if (!may_attach_to_cgroups())
		return "capability NET_ADMIN is missing, without which no program can be attached to the root cgroup; grant it, or "
		       "say --udp off (FLOW_UDP=off)";
	root = open_cgroup_root();
	if (root < 0)
		return "no root of a cgroup v2 hierarchy is mounted here; mount it on /sys/fs/cgroup, or say --udp off (FLOW_UDP=off)";
	close(root);
	return NULL;
}

enum udp_mode first_udp_mode(enum udp_choice choice)
{
	const char *bar;

	if (choice == COUNT_NO_UDP)
		return UDP_OFF;
	if (choice != COUNT_UDP_AT_CGROUP && functions_take_programs())
		return UDP_FUNCTIONS;
	if (choice == COUNT_UDP_IN_FUNCTIONS)
		return leave_udp_out("this kernel lets no program into its UDP functions (fentry); say --udp on or cgroup (FLOW_UDP)");
	bar = bar_to_cgroup();
	return bar ? leave_udp_out(bar) : UDP_CGROUP;
}

enum udp_mode next_udp_mode(enum udp_choice choice, enum udp_mode refused)
{
	return choice == COUNT_UDP && refused == UDP_FUNCTIONS && !bar_to_cgroup() ? UDP_CGROUP : UDP_OFF;
}

/* Of jiffies, which the programs take the time from: CLOCK_MONOTONIC_COARSE moves with them. */
static __u64 tick_ns(void)
{
	struct timespec tick;

	return clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0 ? tick.tv_nsec : 1000000;
}

/* Without chance early in the boot: a table that somebody can aim at is better than none. */
static __u64 seed(void)
{
	__u64 number = 0;

	return getrandom(&number, sizeof(number), GRND_NONBLOCK) == sizeof(number) ? number : 0;
}

static void set_autoload(struct bpf_program *const *programs, size_t count, bool wanted)
{
	for (size_t i = 0; i < count; i++)
		bpf_program__set_autoload(programs[i], wanted);
}

void want_udp(struct tracer *t, enum udp_mode mode, unsigned int idle_seconds)
{
	struct bpf_program *const functions[] = { t->progs.udp_port, t->progs.udp_arrived, t->progs.udp_sent4,
						  t->progs.udp_sent6 };
	struct bpf_program *const cgroup[] = { t->progs.udp_socket, t->progs.udp_received, t->progs.udp_sent };

	t->rodata->count_udp = mode != UDP_OFF;
	t->rodata->udp_idle_ns = idle_seconds * 1000000000ULL;
	t->rodata->tick_ns = tick_ns();
	t->rodata->udp_seed = seed();
	t->rodata->udp_seed2 = seed();
	t->bss->udp_mode = mode;
	set_autoload(functions, LENGTH(functions), mode == UDP_FUNCTIONS);
	set_autoload(cgroup, LENGTH(cgroup), mode == UDP_CGROUP);
	bpf_program__set_autoload(t->progs.udp, mode != UDP_OFF);
	bpf_program__set_autoload(t->progs.udp_ack, mode != UDP_OFF);
	bpf_map__set_autocreate(t->maps.udp_flows, mode != UDP_OFF);
	bpf_map__set_autocreate(t->maps.udp_spaces, mode != UDP_OFF);
	bpf_map__set_autocreate(t->maps.udp_owners, mode != UDP_OFF);
}

/* In order, up to the last or to one that is refused. */
static bool attach_functions(struct tracer *t)
{
	/* the owner of a socket is to be known before its first datagram */
	t->links.udp_port = bpf_program__attach(t->progs.udp_port);
	if (t->links.udp_port)
		t->links.udp_arrived = bpf_program__attach(t->progs.udp_arrived);
	if (t->links.udp_arrived)
		t->links.udp_sent4 = bpf_program__attach(t->progs.udp_sent4);
	if (t->links.udp_sent4)
		t->links.udp_sent6 = bpf_program__attach(t->progs.udp_sent6);
	return t->links.udp_sent6;
}

static bool attach_to_root(struct tracer *t, int root)
{
	t->links.udp_socket = bpf_program__attach_cgroup(t->progs.udp_socket, root);
	if (t->links.udp_socket)
		t->links.udp_received = bpf_program__attach_cgroup(t->progs.udp_received, root);
	if (t->links.udp_received)
		t->links.udp_sent = bpf_program__attach_cgroup(t->progs.udp_sent, root);
	return t->links.udp_sent;
}

static bool attach_cgroup(struct tracer *t)
{
	int root = open_cgroup_root();
	bool attached = root >= 0 && attach_to_root(t, root);
	int error = errno;

	if (root >= 0)
		close(root);
	errno = error;
	return attached;
}

static void detach(struct bpf_link **link)
{
	bpf_link__destroy(*link);
	*link = NULL;
}

static void detach_all(struct tracer *t)
{
	detach(&t->links.udp_port);
	detach(&t->links.udp_arrived);
	detach(&t->links.udp_sent4);
	detach(&t->links.udp_socket);
	detach(&t->links.udp_received);
}

/* The one that all share who find no room of their own, key 0: it must not be found missing when there is none left. */
static bool add_other_spaces(struct tracer *t)
{
	const __u64 zero = 0;

	return bpf_map__update_elem(t->maps.udp_spaces, &zero, sizeof(zero), &zero, sizeof(zero), BPF_ANY) == 0;
}

void start_udp(struct tracer *t)
{
	enum udp_mode mode = t->bss->udp_mode;

	if (mode == UDP_OFF)
		return;
	if (add_other_spaces(t) && (mode == UDP_FUNCTIONS ? attach_functions(t) : attach_cgroup(t))) {
		t->bss->status_flags |= STATUS_UDP;
		return;
	}
	log_line(LOG_WARNING, "UDP_LEFT_OUT", "UDP is not counted, all else works: %s: %s",
		 mode == UDP_FUNCTIONS ? "the kernel's UDP functions take no programs any more" :
					 "the kernel refused to attach to the root cgroup",
		 strerror(errno));
	detach_all(t);
	t->bss->udp_mode = UDP_OFF;
	t->bss->udp_room = 0;
}
