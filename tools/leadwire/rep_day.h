/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_day - a rep's own day as the broker tells it, for people and for scripts. Threads: one owner.
 */
#ifndef REP_DAY_H
#define REP_DAY_H

#include <jansson.h>
#include <leadwire/rep.h>

enum { REP_DAY_SHOWN_MAX = 8 };   /* of each list */

/* Lines on standard output, in the language of rep_text.h. NULL: that this broker does not tell it. */
void rep_day_say(const struct lw_day *day);
/* A new reference. */
json_t *rep_day_json(const struct lw_day *day);

#endif
