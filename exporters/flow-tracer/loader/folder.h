/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_FOLDER_H
#define FLOWTALLY_FOLDER_H

/* Makes the folder for the pins, and holds it until the process ends, however it ends: 0, or -1 after saying why. */
int take_folder(const char *pins);

/* Removes it with all that is in it, as far as that is possible. */
void remove_folder(const char *pins);

#endif
