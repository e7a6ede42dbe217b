/* SPDX-License-Identifier: Apache-2.0
 *
 * slice_writes - what a slice of a checkpoint writes and deletes, in the order in which Redis does it best: all that one
 * command does to one hash stands together, so that the function there hands on what it got and looks at no field.
 *
 *   set 3 a=1, delete 3 b, set 4 c=2, set 3 d=3     ->     HSET 3 4 a 1 d 3    HDEL 3 1 b    HSET 4 2 c 2
 *
 * A field is named once at most, so that the order between commands does not matter.
 */
#ifndef SLICE_WRITES_H
#define SLICE_WRITES_H

#include "redis_args.h"

struct slice_writes {
    struct redis_args texts;           /* a field, and its value unless it is deleted */
    struct slice_group *groups;        /* two for each key: fields to set, fields to delete */
    size_t group_count;
    uint32_t *next;                    /* of each text the next one of its group, 1 and up; 0: the last */
    size_t next_capacity;
    bool failed;                       /* out of memory, or more than one command takes: it must not be sent */
};

void slice_writes_init(struct slice_writes *writes);
void slice_writes_fini(struct slice_writes *writes);
void slice_writes_clear(struct slice_writes *writes);
/* key: a place in the command's keys, from 1. */
void slice_writes_set(struct slice_writes *writes, unsigned key, const void *field, size_t field_size, const void *value, size_t size);
void slice_writes_delete(struct slice_writes *writes, unsigned key, const void *field, size_t field_size);
/* Behind what is there: for each command and key the command, the key, how many texts follow, the texts. */
void slice_writes_join(struct redis_args *args, const struct slice_writes *writes);

#endif
