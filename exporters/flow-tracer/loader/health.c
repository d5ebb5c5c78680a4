// SPDX-License-Identifier: Apache-2.0
#include "health.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/types.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "rows.h"

#define STALE_NS (5ULL * 1000000000)

static bool read_status(const char *pins, struct status_row *row)
{
	char path[PATH_MAX];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "%s/status", pins);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size = read(fd, row, sizeof(*row));
	close(fd);
	return size == sizeof(*row) && row->head.kind == ROW_STATUS && row->head.version == ROWS_VERSION;
}

bool tracer_lives(const char *pins)
{
	struct status_row row;

	return read_status(pins, &row) && boot_time_ns() - row.heartbeat_ns < STALE_NS;
}
