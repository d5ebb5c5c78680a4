// SPDX-License-Identifier: Apache-2.0
/*
 * The root of a BPF file system often lets every user make entries, so somebody else may have made what stands at the
 * path. Only a folder of the tracer's own user is used, and it is opened once: all that is removed later is removed from
 * the folder behind that descriptor.
 */
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
#include "options.h"
#include "pins.h"

#define ROOT_INODE 1 /* of a BPF file system */

static int refuse(const char *path, const struct stat *found)
{
	log_line(LOG_ERROR, "PINS_NOT_OURS",
		 "%s is a %s of user %u, who could lead the tracer (user %u) astray with it: remove it, or choose another --pins",
		 path, S_ISLNK(found->st_mode) ? "symbolic link" : S_ISDIR(found->st_mode) ? "folder" : "file",
		 found->st_uid, geteuid());
	return -1;
}

static bool is_ours(const struct stat *found)
{
	return !S_ISLNK(found->st_mode) && found->st_uid == geteuid();
}

/* It could not be opened, for what it is or for whose it is. */
static int explain(int parent, const char *name, const char *path)
{
	int error = errno;
	struct stat found;

	if (fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && !is_ours(&found))
		return refuse(path, &found);
	errno = error;
	return pin_failed(path);
}

/*
 * A folder that the engine or another build has made may be open to others. Without a group to let in, the mode of a file
 * system's root is for its administrator to choose.
 */
static int shut_out_others(int folder, const struct stat *found, gid_t group)
{
	mode_t mode = group == NO_GROUP ? 0700 : 0750;

	if (group == NO_GROUP && found->st_ino == ROOT_INODE)
		return 0;
	if (group != NO_GROUP && found->st_gid != group && fchown(folder, -1, group))
		return -1;
	return (found->st_mode & ALLPERMS) == mode ? 0 : fchmod(folder, mode);
}

/* 0, or -1 after saying why. */
static int check_owner(int folder, const char *path, gid_t group)
{
	struct stat found;

	if (fstat(folder, &found))
		return pin_failed(path);
	if (!is_ours(&found))
		return refuse(path, &found);
	return shut_out_others(folder, &found, group) ? pin_failed(path) : 0;
}

/* Its descriptor, or -1 after saying why. */
static int make_folder(int parent, const char *name, const char *path, gid_t group)
{
	int folder;

	if (mkdirat(parent, name, 0700) && errno != EEXIST)
		return pin_failed(path);
	folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return explain(parent, name, path);
	if (check_owner(folder, path, group) == 0)
		return folder;
	close(folder);
	return -1;
}

/* A tracer that ends may have removed the folder between our look and our lock. */
static bool is_there(int folder)
{
	struct stat found;

	return fstat(folder, &found) == 0 && found.st_nlink > 0;
}

/* The descriptor stays open: the lock ends with the process. */
static int lock(const struct folder *folder)
{
	if (flock(folder->kept, LOCK_EX | LOCK_NB) == 0 && is_there(folder->kept))
		return 0;
	log_line(LOG_ERROR, "TRACER_RUNNING", "another tracer lives behind %s: stop it, or choose another --pins", folder->path);
	return -1;
}

/* The lock is on the inner folder, which no other user can open. */
int take_folder(struct folder *folder, const char *path, gid_t group)
{
	char kept[PATH_MAX];

	snprintf(kept, sizeof(kept), "%s/" KEPT, path);
	folder->path = path;
	folder->pins = make_folder(AT_FDCWD, path, path, group);
	if (folder->pins < 0)
		return -1;
	folder->kept = make_folder(folder->pins, KEPT, kept, NO_GROUP);
	return folder->kept < 0 ? -1 : lock(folder);
}

/* Somebody removed our folder, and another tracer made one of the same name. */
static bool leads_elsewhere(int parent, const char *name, int held)
{
	struct stat named, own;

	return fstatat(parent, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(held, &own) == 0 &&
	       (named.st_dev != own.st_dev || named.st_ino != own.st_ino);
}

void remove_folder(const struct folder *folder)
{
	if (leads_elsewhere(folder->pins, KEPT, folder->kept))
		return;
	remove_pins(folder);
	unlinkat(folder->pins, KEPT, AT_REMOVEDIR);
	if (!leads_elsewhere(AT_FDCWD, folder->path, folder->pins))
		rmdir(folder->path); /* refused for a bind mount, whose maker removes it */
}
