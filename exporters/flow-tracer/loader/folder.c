// SPDX-License-Identifier: Apache-2.0
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "pins.h"

/* Whoever made it, and whatever the umask: the mode is as wanted. */
static int make_folder(const char *path, mode_t mode)
{
	if ((mkdir(path, mode) && errno != EEXIST) || chmod(path, mode))
		return pin_failed(path);
	return 0;
}

/* A tracer that ends may have removed the folder between our look and our lock. */
static bool is_there(int folder)
{
	struct stat found;

	return fstat(folder, &found) == 0 && found.st_nlink > 0;
}

/* The descriptor stays open: the lock ends with the process. */
static int lock(const char *path, const char *pins)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return pin_failed(path);
	if (flock(folder, LOCK_EX | LOCK_NB) == 0 && is_there(folder))
		return 0;
	close(folder);
	log_line(LOG_ERROR, "TRACER_RUNNING", "another tracer lives behind %s: stop it, or choose another --pins", pins);
	return -1;
}

/* The lock is on the inner folder, which no other user can open. */
int take_folder(const char *pins)
{
	char kept[PATH_MAX];

	snprintf(kept, sizeof(kept), "%s/" KEPT, pins);
	if (make_folder(pins, 0755) || make_folder(kept, 0700))
		return -1;
	return lock(kept, pins);
}

void remove_folder(const char *pins)
{
	char kept[PATH_MAX];

	remove_pins(pins);
	snprintf(kept, sizeof(kept), "%s/" KEPT, pins);
	rmdir(kept);
	rmdir(pins); /* refused for a bind mount, whose maker removes it */
}
