/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_FOLDER_H
#define FLOWTALLY_FOLDER_H

#include <sys/types.h>

/* Held open: what others do to its path meanwhile leads nowhere else. */
struct folder {
	const char *path;
	int pins;
	int kept; /* the folder in it; locked */
};

/* Makes the folder for the pins, which beside its owner only the group enters (NO_GROUP: nobody), and holds it until the process ends, however it ends: 0, or -1 after saying why. */
int take_folder(struct folder *folder, const char *path, gid_t group);

/* Removes it with all that is in it, as far as that is possible; not what a successor has made in its place. */
void remove_folder(const struct folder *folder);

#endif
