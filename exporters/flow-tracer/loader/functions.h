/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_FUNCTIONS_H
#define FLOWTALLY_FUNCTIONS_H

#include <stdbool.h>

/* Whether this kernel lets a program run as this function of its is entered (fentry). */
bool function_takes_program(const char *name);

/* Whether this kernel has such a function. */
bool kernel_has_function(const char *name);

#endif
