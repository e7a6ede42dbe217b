/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_import - a desk out of a file into a Redis, all of it or nothing.
 *
 * What Redis has of the desk stays as it is until one transaction puts the new one into its place, under an epoch above all
 * that either has had: ids are not used twice, and whoever owned the desk before is fenced. A broker that lives serves the old desk
 * up to that transaction, and is told no by Redis from it on: what it acknowledges was in the desk that goes. Threads: one owner.
 */
#ifndef DESK_IMPORT_H
#define DESK_IMPORT_H

#include "backup_redis.h"
#include "desk_file.h"

struct desk_import_options {
    bool replace;          /* a desk that is there goes */
    bool take_over;        /* with `replace`: also from a broker that lives */
    uint64_t watch_ms;     /* of an owner that did not give its claim back: so long it must not have shown itself */
};

/* The file was read whole and found good: `head` and `end` are its own. Errors, told in redis->error: LW_DUPLICATE (there is a desk),
 * LW_REFUSED (a broker owns it), LW_FENCED (somebody wrote to it
 * meanwhile; with take_over: claimed it), LW_IO, LW_CORRUPT, LW_CLOSED (told to stop): nothing is changed;
 * LW_UNKNOWN: the connection was lost at the very end, and the desk is either as it was or the new one, whole; or Redis refused a part of the
 * transaction, which is told, and it is neither. */
LW_MUST_CHECK lw_status desk_import(struct backup_redis *redis, struct desk_file_reader *file, const struct desk_file_head *head,
                                    const struct desk_file_end *end, const struct desk_import_options *options, const struct backup_work *work);

#endif
