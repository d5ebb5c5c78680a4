/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOWTALLY_CGROUPS_LOADER_H
#define FLOWTALLY_CGROUPS_LOADER_H

struct tracer;

/* Notes control groups from now on, and those that are there already. All else works without: says why where it fails,
 * and takes the part out of the status flags. The iterators must be attached. */
void start_cgroups(struct tracer *tracer);

#endif
