/* SPDX-License-Identifier: Apache-2.0
 *
 * spool - keeps messages on disk, in order, until somebody takes them.
 *
 * A directory (0700) with one file (0600) per message, numbered. spool_put returns after file and
 * directory are on disk, and a file appears whole or not at all: what was put survives the
 * process and the power. Whoever drops the first message may die before it did: then
 * the message comes once more, so taking twice must be harmless. A message that
 * cannot be used is set aside in the folder `aside`, where it stays.
 *
 * Messages stand in lanes, by name; each lane has an order of its own, so that one whose first message has to wait holds up
 * no other. Lane 0 has the name "" and is always there: whoever needs one order only uses that.
 *
 * The size cap counts what the files take on disk, in blocks. One process owns a spool: a lock
 * tells, and goes with the process. Threads: one owner.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <leadwire/status.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOOL_BLOCK_BYTES = 4096 };

struct spool;   /* opaque */

/* A lane's name is at most SPOOL_LANE_NAME_MAX letters, digits, '.', '_' and '-'. */
enum { SPOOL_LANE_NAME_MAX = 128 };
#define SPOOL_NO_LANE UINT32_MAX

/* Of all lanes. */
struct spool_state {
    uint64_t count, size_bytes, size_max_bytes;
    uint64_t aside_count;         /* files in the folder aside */
    int64_t oldest_unix_ms;       /* when the first was put; 0 when empty */
};

/* Makes the directory if missing (its parent must exist) and finds what is in it. Errors: LW_IO (errno tells why),
 * LW_REFUSED (another process has it), LW_NO_MEMORY. */
LW_MUST_CHECK lw_status spool_open(const char *directory, uint64_t size_max_bytes, struct spool **out);
void spool_close(struct spool **spool);   /* NULL accepted */
/* Errors, nothing is then kept: LW_FULL (the cap, or the disk), LW_INVALID (no name of a lane), LW_IO, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status spool_put(struct spool *spool, const char *lane, const void *bytes, size_t size);
/* Lanes are numbered from 0; one that is empty keeps its number while the spool is open. */
uint32_t spool_lane_count(const struct spool *spool);
uint32_t spool_lane_find(const struct spool *spool, const char *lane);   /* SPOOL_NO_LANE: there never was a message in it */
uint64_t spool_lane_size(const struct spool *spool, uint32_t lane);      /* its messages; 0 of SPOOL_NO_LANE */
/* The lane's first message, to a new buffer (free it). Errors: LW_NOT_FOUND (the lane is empty), LW_IO, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status spool_read_first(const struct spool *spool, uint32_t lane, uint8_t **bytes_out, size_t *size_out);
/* Removes the lane's first; it must be there. LW_IO: it is still the first. */
LW_MUST_CHECK lw_status spool_drop_first(struct spool *spool, uint32_t lane);
/* Moves the lane's first to the folder aside. LW_IO: it is still the first. */
LW_MUST_CHECK lw_status spool_set_first_aside(struct spool *spool, uint32_t lane);
struct spool_state spool_state(const struct spool *spool);

#endif
