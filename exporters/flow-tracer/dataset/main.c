// SPDX-License-Identifier: Apache-2.0
/*
 * flow-dataset: records the TCP flows of containers until it is told to end, by a signal or the end of stdin (--stdin), or nobody reads
 * any more. Everything hangs on
 * links of this process: however it ends, nothing stays.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "containers.h"
#include "dataset.skel.h"
#include "kernel.h"
#include "lines.h"
#include "log.h"
#include "options.h"
#include "programs.h"
#include "rights.h"

struct recording {
	struct dataset *programs;
	struct ring_buffer *ring;
	struct containers containers;
	__u64 flows;
};

/* Descriptors to wait for. */
struct clocks {
	int ends;
	int samples;
	int input; /* -1: nobody says by it that it is time to end */
};

static int check_machine(void)
{
	if (check_rights())
		return -1;
	if (may_attach_to_cgroups())
		return check_kernel();
	log_line(LOG_ERROR, "RIGHTS_MISSING",
		 "capability NET_ADMIN is missing: without, no program can be attached to a control group; run as root, or grant it");
	return -1;
}

static int block_ends(void)
{
	sigset_t ends;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	return signalfd(-1, &ends, SFD_CLOEXEC);
}

static int start_clock(unsigned int ms)
{
	const struct timespec period = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	const struct itimerspec times = { .it_interval = period, .it_value = period };
	int clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	timerfd_settime(clock, 0, &times, NULL);
	return clock;
}

static void take_flow(void *context, const struct dataset_flow *flow)
{
	struct recording *recording = context;

	tell_flow(recording->containers.list[flow->container].id, flow);
	recording->flows++;
}

static int take_ended(void *context, void *data, size_t size)
{
	take_flow(context, data);
	return 0;
}

static int start(struct recording *recording, const struct dataset_options *options)
{
	char note[256];

	recording->programs = load_dataset(options);
	if (!recording->programs)
		return -1;
	recording->ring = ring_buffer__new(bpf_map__fd(recording->programs->maps.ended_flows), take_ended, recording, NULL);
	if (!recording->ring) {
		log_line(LOG_ERROR, "LOAD_FAILED", "the ring of flows that ended cannot be mapped: %s", strerror(errno));
		return -1;
	}
	if (want_containers(&recording->containers, options, recording->programs))
		return -1;
	recording->containers.memory = choose_memory(options->faults, note, sizeof(note));
	tell_ready(recording->programs->rodata->sees_calls, recording->containers.memory, note);
	follow_containers(&recording->containers);
	return 0;
}

static void sample_container(struct container *container, __u64 queued, enum memory_kind kind)
{
	const struct memory *memory = &container->memory;

	read_memory(&container->memory, kind);
	if (container->is_told && queued == container->told_queued && memory->read_bytes == container->told_read &&
	    memory->written_bytes == container->told_written)
		return;
	tell_queue(container->id, queued, memory->is_counted ? memory : NULL);
	container->is_told = true;
	container->told_queued = queued;
	container->told_read = memory->read_bytes;
	container->told_written = memory->written_bytes;
}

static void sample(struct recording *recording)
{
	struct containers *containers = &recording->containers;
	int error = count_queued(recording->programs);

	if (error)
		log_line(LOG_WARNING, "QUEUES_UNREAD", "send queues: %s", strerror(error));
	for (size_t i = 0; i < containers->count; i++)
		sample_container(&containers->list[i], recording->programs->bss->queued[i], containers->memory);
}

/* What is said there is passed over. */
static bool is_at_end(int input)
{
	char said[256];

	return read(input, said, sizeof(said)) <= 0;
}

/* False once it is time to end: told so, or nobody reads any more. */
static bool wait_for_sample(const struct clocks *clocks)
{
	struct pollfd waits[] = {
		{ clocks->samples, POLLIN }, { clocks->ends, POLLIN }, { STDOUT_FILENO, 0 }, { clocks->input, POLLIN }
	};
	__u64 samples;

	for (;;) {
		if (poll(waits, 4, -1) < 0)
			return errno == EINTR;
		if (waits[1].revents || waits[2].revents || (waits[3].revents && is_at_end(clocks->input)))
			return false;
		if (waits[0].revents)
			return read(clocks->samples, &samples, sizeof(samples)) == sizeof(samples);
	}
}

static void record(struct recording *recording, const struct clocks *clocks)
{
	while (fflush(stdout) == 0 && wait_for_sample(clocks)) {
		ring_buffer__consume(recording->ring);
		sample(recording);
		follow_containers(&recording->containers);
	}
}

static void end(struct recording *recording)
{
	long open_flows;

	leave_containers(&recording->containers);
	open_flows = read_open_flows(recording->programs, take_flow, recording);
	if (open_flows < 0)
		log_line(LOG_ERROR, "OPEN_FLOWS_UNREAD", "flows that are still open are missing: %s", strerror(errno));
	ring_buffer__consume(recording->ring);
	tell_end(recording->flows, recording->programs->bss->lost, open_flows < 0 ? 0 : open_flows);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static struct recording recording;
	struct dataset_options options;
	struct clocks clocks;

	keep_off_stdout();
	if (parse_dataset_options(&options, argc, argv))
		return EXIT_FAILURE;
	clocks.ends = block_ends();
	if (check_machine() || start(&recording, &options))
		return EXIT_FAILURE;
	clocks.samples = start_clock(options.sample_ms);
	clocks.input = options.ends_with_stdin ? STDIN_FILENO : -1;
	record(&recording, &clocks);
	end(&recording);
	ring_buffer__free(recording.ring);
	dataset__destroy(recording.programs);
	return EXIT_SUCCESS;
}
