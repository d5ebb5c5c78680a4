/* SPDX-License-Identifier: Apache-2.0 */
/* Containers' control groups. Engines call them by the container's id, with or without words around it: docker-ID.scope. */
#ifndef FLOWTALLY_GROUPS_H
#define FLOWTALLY_GROUPS_H

#include <stdbool.h>

#define CONTAINER_ID_LENGTH 64 /* hexadecimal digits */

bool is_container_id(const char *text);

/* Calls for each group below the root, each before those within it. The descriptor is closed after the call. */
void visit_groups(int root, void (*visit)(void *context, const char *name, int group), void *context);

/* A container that is started again has another group of the same name. */
bool is_removed(int group);

#endif
