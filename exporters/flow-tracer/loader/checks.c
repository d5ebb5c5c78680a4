// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "kernel.h"
#include "log.h"
#include "rights.h"

/* It may be there already: bind-mounted into a container, or left by a killed tracer. A link there is not followed. */
static bool is_folder(const char *path)
{
	struct stat found;

	return lstat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static int check_bpffs(const char *pins)
{
	char path[PATH_MAX];
	struct statfs fs;
	const char *place = pins;

	if (!is_folder(place)) {
		snprintf(path, sizeof(path), "%s", pins);
		place = dirname(path);
	}
	if (statfs(place, &fs)) {
		log_line(LOG_ERROR, "BPFFS_MISSING", "%s: %s; choose a --pins in a folder that is there", place,
			 strerror(errno));
		return -1;
	}
	if (fs.f_type == BPF_FS_MAGIC)
		return 0;
	log_line(LOG_ERROR, "BPFFS_MISSING", "%s is on no BPF file system: mount -t bpf bpf /sys/fs/bpf", place);
	return -1;
}

int check_host(const char *pins)
{
	return check_rights() || check_kernel() || check_bpffs(pins) ? -1 : 0;
}
