/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_desk - one rep's session at the broker, on the event loop: its state, and acts whose answers are awaited.
 *
 * An act's answer comes once: what the broker said, or after ACT_ANSWER_WITHIN_MS that it is unknown (the library goes on repeating it).
 * An act with the key of one of the last ACTS_KEPT gets that one's answer and is not done again.
 * Threads: one owner, that of the event base. Callbacks come from the loop and from rep_desk_tick; an act that is asked for again ends
 * whoever waited for it before.
 */
#ifndef REP_DESK_H
#define REP_DESK_H

#include <event2/event.h>
#include <jansson.h>
#include <leadwire/rep.h>
#include <stdbool.h>
#include <stdint.h>

enum { ACT_KEY_MAX = 64, ACTS_KEPT = 64, ACT_ANSWER_WITHIN_MS = 10000, ACT_REASON_MAX = 256 };

struct rep_desk;   /* opaque */

enum desk_act_kind { ACT_STATE, ACT_ACCEPT, ACT_DECLINE, ACT_TOUCH, ACT_COMPLETE, ACT_TRANSFER, ACT_LIST, ACT_PULL };

/* What the page asks for. Zero members are left out. */
struct desk_act {
    enum desk_act_kind kind;
    const char *key;              /* the page's own name of it: at most ACT_KEY_MAX bytes; required */
    const char *lead_id, *reason;
    uint32_t offer_number;
    lw_rep_state state;
    bool after_lead;              /* state: a break once the lead that is being worked is done */
    struct lw_completion completion;
    struct lw_transfer transfer;
};

/* outcome: the broker's word, "" for unknown. */
typedef void desk_act_done(void *context, const char *outcome, const char *reason);

struct rep_desk_options {
    struct event_base *base;
    const char *endpoint, *desk, *rep, *secret, *key_file;   /* copied; a secret, or a key */
    void (*changed)(void *context);                     /* the state is another */
    void (*refused)(void *context, const char *reason); /* the broker will not have us: final */
    void (*chooses)(void *context, const struct lw_choices *choices);   /* what there is to choose from, asked with each log-on; NULL: it is not */
    void *context;
};

/* Errors: those of lw_rep_open. */
LW_MUST_CHECK lw_status rep_desk_open(const struct rep_desk_options *options, struct rep_desk **out);
/* Acts that wait for their answer are told that it is unknown. Nulls *desk; NULL accepted. */
void rep_desk_close(struct rep_desk **desk, bool log_off);
/* The session at the broker is open, and what it has was told. */
bool rep_desk_is_connected(const struct rep_desk *desk);
json_t *rep_desk_json(const struct rep_desk *desk);
/* Errors, `done` is then not called: LW_INVALID (why gets the reason), LW_TOO_LARGE, LW_FULL, LW_CLOSED. */
LW_MUST_CHECK lw_status rep_desk_act(struct rep_desk *desk, const struct desk_act *act, desk_act_done *done, void *context, char why[ACT_REASON_MAX]);
/* day NULL: it is not told, because of `why`. Its pointers live until this returns. */
typedef void desk_day_done(void *context, const struct lw_day *day, const char *why);
/* How the rep's day goes, asked of the broker by this session. Who waited for an earlier answer is told that it was asked again. Errors, `done` is
 * then not called: LW_UNSUPPORTED (this broker does not tell it, or has not said so yet), LW_FULL, LW_CLOSED. */
LW_MUST_CHECK lw_status rep_desk_ask_day(struct rep_desk *desk, desk_day_done *done, void *context);
/* Ends what has waited too long. Each second. */
void rep_desk_tick(struct rep_desk *desk, uint64_t now_ms);

#endif
