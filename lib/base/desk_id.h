/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_id - the ids that a desk's owner makes: {epoch, number}.
 *
 * The epoch is the fencing number of the ownership under which the id was made
 * (a counter in the upper 40 bits, 24 random bits below), never used twice; so
 * an id is never made twice, even when Redis lost data.
 *
 * Text: the epoch in Crockford base 32, lower case, without leading zeros, a
 * dash, the number in decimal: "1mdq63-1042". {0,0} is "no id".
 */
#ifndef DESK_ID_H
#define DESK_ID_H

#include <stdbool.h>
#include <stdint.h>

enum { DESK_ID_TEXT_MAX = 36 };   /* 13 + 1 + 20 and the NUL, rounded */

struct desk_id { uint64_t epoch, number; };

static inline bool desk_id_is_none(struct desk_id id) { return id.epoch == 0 && id.number == 0; }
static inline bool desk_id_equal(struct desk_id a, struct desk_id b)
{
    return a.epoch == b.epoch && a.number == b.number;
}
/* By epoch, then number: -1, 0, 1. */
int desk_id_compare(struct desk_id a, struct desk_id b);
/* Writes the text and its NUL; returns its length. */
int desk_id_format(struct desk_id id, char text[DESK_ID_TEXT_MAX]);
/* Accepts exactly what format writes (and upper case); false leaves *out untouched. */
bool desk_id_parse(const char *text, struct desk_id *out);

#endif
