// SPDX-License-Identifier: Apache-2.0
/*
 * flow-tracer: loads the programs, pins them for readers and for its successor, renews the heartbeat, and takes all away
 * at the end. If it is killed the programs go on, and the next tracer of the same build adopts them.
 */
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "adopt.h"
#include "checks.h"
#include "clock.h"
#include "events.h"
#include "folder.h"
#include "health.h"
#include "http.h"
#include "iterators.h"
#include "log.h"
#include "options.h"
#include "parts.h"
#include "pins.h"
#include "programs.h"
#include "tracer.skel.h"
#include "udp.h"
#include "warnings.h"

/* Whoever reads the log may end before the tracer, which still has to clean up. */
static void block_ends(sigset_t *ends)
{
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(ends);
	sigaddset(ends, SIGTERM);
	sigaddset(ends, SIGINT);
	sigprocmask(SIG_BLOCK, ends, NULL);
}

/* Once: how many there are is in the status row. */
static void warn_of_refused_datagrams(const struct tracer *tracer, const struct refused_runs *refused)
{
	if (refused->datagrams && !tracer->bss->refused_datagrams)
		log_line(LOG_WARNING, "UDP_REFUSED",
			 "%llu datagrams went uncounted, as a process had lost the CPU in the midst of counting: this kernel preempts "
			 "itself; they are counted as lost; --udp cgroup (FLOW_UDP=cgroup) misses none, and costs each TCP segment",
			 refused->datagrams);
}

static void beat_until(const sigset_t *ends, struct tracer *tracer, const struct event_programs *events, struct http_watch *http)
{
	const struct timespec second = { .tv_sec = 1 };

	do {
		const struct refused_runs refused = count_refused_runs(events);

		warn_of_refused_datagrams(tracer, &refused);
		tracer->bss->refused_runs = refused.all;
		tracer->bss->refused_datagrams = refused.datagrams;
		tracer->bss->refused_ends = refused.ends;
		tracer->bss->heartbeat_ns = boot_time_ns();
		follow_http(http);
	} while (sigtimedwait(ends, NULL, &second) < 0);
}

/* In place of what a tracer of another build, or with other options, has left. */
static struct tracer *load_anew(const struct options *options, const struct parts *parts, const struct folder *folder)
{
	struct tracer *tracer = load_programs(options, parts);

	if (!tracer)
		return NULL;
	remove_pins(folder);
	tracer->bss->heartbeat_ns = boot_time_ns();
	start_udp(tracer);
	if (attach_iterators(tracer) == 0 && start_tracing(tracer) == 0 && pin_for_adoption(tracer, options, parts) == 0)
		return tracer;
	tracer__destroy(tracer);
	return NULL;
}

static void say_ready(const struct tracer *tracer, const struct options *options)
{
	static const char *const udp_modes[] = {
		[UDP_OFF] = "not counted", [UDP_CGROUP] = "at the root cgroup", [UDP_FUNCTIONS] = "in the kernel's functions"
	};
	const struct tracer__bss *now = tracer->bss;

	log_line(LOG_INFO, "READY", "pins in %s; room for %u flows, %u ended, %u of UDP: %.1f MB of kernel memory; UDP: %s",
		 options->pins, now->flows_room, now->closed_room, now->udp_room, now->table_bytes / 1e6,
		 udp_modes[now->udp_mode]);
}

static int trace(const struct options *options, const struct folder *folder, const sigset_t *ends)
{
	const struct parts parts = wanted_parts(options);
	struct event_programs events;
	struct http_watch *http;
	struct tracer *tracer = adopt_programs(options, &parts);
	int status = EXIT_FAILURE;

	if (tracer)
		log_line(LOG_INFO, "ADOPTED", "a tracer was killed here: its programs went on, and do");
	else
		tracer = load_anew(options, &parts, folder);
	if (tracer) {
		events = open_event_programs(options->pins);
		tracer->bss->heartbeat_ns = boot_time_ns();
		http = start_http(options, folder);
		say_ready(tracer, options);
		beat_until(ends, tracer, &events, http);
		stop_http(http);
		status = EXIT_SUCCESS;
	}
	remove_folder(folder);
	tracer__destroy(tracer);
	if (status == EXIT_SUCCESS)
		log_line(LOG_INFO, "STOPPED", "pins removed, programs unloaded");
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct folder folder;
	sigset_t ends;

	if (parse_options(&options, argc, argv))
		return EXIT_FAILURE;
	if (options.health)
		return check_tracer(options.pins) ? EXIT_FAILURE : EXIT_SUCCESS;
	block_ends(&ends); /* from here on: a signal during the start waits until there is something to clean up */
	keep_warnings();
	mallopt(M_MMAP_THRESHOLD, 1 << 17); /* gives the kernel's types back whole, as often as they are read and freed */
	umask(022); /* so that what is made has the mode it is made with */
	if (check_host(options.pins) || take_folder(&folder, options.pins, options.group))
		return EXIT_FAILURE;
	return trace(&options, &folder, &ends);
}
