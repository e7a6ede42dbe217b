/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_rules - the desk's rules on the page: looked at, changed, compared with former versions, gone back to.
 *
 *   GET  /api/v1/ops/rules             -> {"version", "applied_unix_ms", "by", "text", "versions": [...]}
 *   GET  /api/v1/ops/rules?version=N   -> {"version", "applied_unix_ms", "by", "reason", "text"}
 *   POST /api/v1/ops/rules  {"text", "reason", "based_on", "check"}  -> {"outcome", "reason", "problems", "warnings", "version"}
 *
 * What is sent is a whole desk.yaml. It is judged here as `leadwire check` does and by the broker, and is a new version with its author;
 * going back is applying a former text. `based_on` is the version that was changed: 409 when another is in force meanwhile, or
 * may be: rules are on their way to the broker, or from it. With `check` nothing is changed. Not for who sees one team. Threads: one owner, that of the event base.
 */
#ifndef OPS_RULES_H
#define OPS_RULES_H

#include "ops_feed.h"
#include "ops_versions.h"
#include "request_guard.h"

struct desk_yaml;

struct ops_rules {
    struct ops_feed *feed;
    struct ops_versions versions;
    uint32_t under_way;        /* sent by us, and not answered */
    bool awaits_own;           /* the broker has accepted rules of ours which have not come yet */
    uint32_t doubt_until;      /* an answer was missing: what is in force is known when feed->health_count is this */
    struct { uint32_t version; char reason[OPS_REASON_MAX + 1]; } applied;   /* by us last: the reason is kept with the version once it comes */
};

/* What somebody wants in force. Texts are borrowed. */
struct rules_asked {
    const char *text, *reason;
    json_int_t based_on;
    bool check_only;
    bool tells_no_warnings;    /* they may be of others' reps */
    json_t *changes;           /* a member of the answer; NULL: none. Borrowed */
};

/* *rules must stay where it is. Errors: those of ops_versions_open. */
LW_MUST_CHECK lw_status ops_rules_open(struct ops_rules *rules, struct ops_feed *feed, const char *folder);
void ops_rules_close(struct ops_rules *rules);   /* zeroed: accepted */
/* Answer the call, now or later. */
void ops_rules_tell(struct ops_rules *rules, const struct request *request);
void ops_rules_apply(struct ops_rules *rules, const struct request *request);
/* Is the version that was changed in force, for all we know? Answers the call with 409 when not. */
bool ops_rules_are_current(const struct ops_rules *rules, const struct request *request, const struct rules_asked *asked);
/* Rules that were read as desk, without a problem: answers the call, later, with the broker's word on them. The broker is asked first which version is
 * in force: 409 when it is another than asked->based_on. Takes *desk. */
void ops_rules_send(struct ops_rules *rules, const struct request *request, const struct rules_asked *asked, struct desk_yaml **desk);
json_t *ops_rules_texts_json(const struct desk_yaml *desk, size_t count, const char *(*at)(const struct desk_yaml *desk, size_t index));

#endif
