/* SPDX-License-Identifier: Apache-2.0
 *
 * explain_reply - the core's explanation of a lead or of a rep as a message. Threads: none.
 */
#ifndef EXPLAIN_REPLY_H
#define EXPLAIN_REPLY_H

#include "core_explain.h"
#include "wire.h"

enum { EXPLAIN_CANDIDATES_MAX = 2000 };   /* of one decision; the rest is only counted in `considered` */

/* Fills all but request_id, from the arena. What the arena has no room for is left out. */
void explain_reply_fill(struct core *core, struct desk_id lead, struct arena *arena, Leadwire__V1__ExplainReply *reply);
/* What would become of a lead that is not published. */
void explain_reply_fill_preview(struct core *core, const Leadwire__V1__Lead *lead, bool all_present, struct arena *arena,
                                Leadwire__V1__ExplainReply *reply);
/* The same of a rep. */
void explain_reply_fill_rep(struct core *core, struct core_text rep, uint64_t since_ms, struct arena *arena, Leadwire__V1__ExplainReply *reply);

#endif
