// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "log.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

static int check_btf(void)
{
	if (access(KERNEL_BTF, R_OK) == 0)
		return 0;
	log_line(LOG_ERROR, "BTF_MISSING", "%s: %s; the kernel must be built with CONFIG_DEBUG_INFO_BTF", KERNEL_BTF,
		 strerror(errno));
	return -1;
}

/* The folder itself may be there already: bind-mounted into a container, or left by a killed tracer. */
static int check_bpffs(const char *pins)
{
	char path[PATH_MAX];
	struct statfs fs;
	const char *place = pins;

	if (access(place, F_OK)) {
		snprintf(path, sizeof(path), "%s", pins);
		place = dirname(path);
	}
	if (statfs(place, &fs)) {
		log_line(LOG_ERROR, "BPFFS_MISSING", "%s: %s", place, strerror(errno));
		return -1;
	}
	if (fs.f_type == BPF_FS_MAGIC)
		return 0;
	log_line(LOG_ERROR, "BPFFS_MISSING", "%s is on no BPF file system: mount -t bpf bpf /sys/fs/bpf", place);
	return -1;
}

int check_host(const char *pins)
{
	if (check_btf() || check_bpffs(pins))
		return -1;
	return 0;
}
