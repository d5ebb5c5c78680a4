// SPDX-License-Identifier: Apache-2.0
#include "health.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "rows.h"

#define STALE_NS (5ULL * 1000000000)

static int say_dead(const char *pins, const char *why)
{
	log_line(LOG_ERROR, "TRACER_MISSING", "no tracer of this build lives behind %s: %s; start flow-tracer with --pins %s", pins,
		 why, pins);
	return -1;
}

/* NULL, or why it cannot be read. */
static const char *read_status(const char *pins, struct status_row *row)
{
	char path[PATH_MAX];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "%s/status", pins);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return strerror(errno);
	size = read(fd, row, sizeof(*row));
	close(fd);
	if (size == sizeof(*row) && row->head.kind == ROW_STATUS && row->head.version == ROWS_VERSION)
		return NULL;
	return "its status is that of another build";
}

int check_tracer(const char *pins)
{
	struct status_row row;
	const char *fault = read_status(pins, &row);

	if (fault)
		return say_dead(pins, fault);
	return boot_time_ns() - row.heartbeat_ns < STALE_NS ? 0 : say_dead(pins, "its last heartbeat is older than 5 seconds");
}
