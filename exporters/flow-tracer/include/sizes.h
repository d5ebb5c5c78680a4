/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* How many go into one element of a map: the programs look there, the loader makes as many elements as it takes. */
#ifndef FLOWTALLY_SIZES_H
#define FLOWTALLY_SIZES_H

#define BUCKET_SLOTS 8 /* of flows */
#define GROUP_BUCKETS 32
#define STRAY_BUCKETS 32 /* looked at for a flow that its own have no room for: one that is not full is among them */
#define CHUNK_ROWS 64 /* of live_rows and closed_rows */
#define UDP_BUCKET_SLOTS 8 /* of udp_flows */
#define UDP_BUCKETS_OF_A_FLOW 4
#define UDP_GROUP_BUCKETS 16 /* the rows of a full group must fit into the buffer of an iterator, 32 KiB */

#endif
