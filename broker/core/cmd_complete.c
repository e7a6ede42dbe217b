/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep completes a lead with a disposition, and what follows by the desk's rules: the end, a
 * call back or an appointment (the lead sleeps until then), or parking. Whatever follows, the
 * same completion sent again gets the same answer. The rep's note stays with the lead: whoever calls back has it.
 */
#include "core_commands.h"
#include "core_internal.h"
#include "effects.h"
#include "exclusions.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "rep_state.h"
#include "stops.h"

enum { DISPOSITION_IS_DO_NOT_CALL = 6 };   /* as leadwire.v1.DispositionClass */

struct completion {
    struct lead *lead;
    struct rep *rep;
    const struct config_disposition *disposition;
    uint64_t at_ms;                  /* call back, appointment */
    struct core_text place;
    struct lead_change change;
};

static bool complete_repeated(struct core *core, const struct core_command *command, struct siphash_128 key, uint64_t hash);
static uint64_t content_of(const struct core *core, const struct core_command *command);
static const struct config_disposition *find_disposition(const struct core *core, struct core_text code);
static const char *read_time(const struct core *core, const struct core_command *command, struct completion *completion);
static bool set_aside(struct core *core, struct completion *completion);

void command_complete(struct core *core, const struct core_command *command)
{
    struct desk_id id = command->complete.lead;
    struct core_text idempotency_id = command->complete.idempotency_id;
    bool is_named = idempotency_id.size > 0 && idempotency_id.size <= LW_IDEMPOTENCY_ID_MAX;
    struct siphash_128 key = is_named ? seen_key_complete(core, id, idempotency_id) : (struct siphash_128){0};
    seen_prefetch(&core->seen, key);
    struct completion completion = {.rep = asking_rep(core, command)};
    struct rep *rep = completion.rep;
    if (!rep)
        return;
    if (!is_named) {
        reply(core, command, CORE_REJECTED, "the idempotency id is missing or too long", id);
        return;
    }
    uint64_t hash = content_of(core, command);
    struct lead *lead = completion.lead = lead_table_find(&core->leads, id);
    if (complete_repeated(core, command, key, hash))
        return;
    if (!lead || lead->rep != rep->number || lead->state != LEAD_ASSIGNED) {
        bool connecting = lead && lead->rep == rep->number && lead->state == LEAD_CONNECTING;
        reply(core, command, connecting ? CORE_REJECTED : CORE_NOT_YOURS, connecting ? "the call is not connected yet" : "the lead is not with you", id);
        return;
    }
    completion.disposition = find_disposition(core, command->complete.disposition);
    const char *problem = completion.disposition ? read_time(core, command, &completion) : "the desk has no such disposition";
    if (!problem)
        problem = act_note_check(command->complete.note);
    if (problem) {
        reply(core, command, CORE_REJECTED, problem, id);
        return;
    }
    uint32_t wrap_up_ms = core_channel(core, lead->demand->channel)->wrap_up_ms;
    completion.change = (struct lead_change){.cause = CAUSE_COMPLETED, .disposition = completion.disposition,
                                             .has_completion = true, .completion_key = key, .completion_hash = hash};
    if (!set_aside(core, &completion)) {
        reply(core, command, CORE_BUSY, "too many different kinds of leads", id);
        return;
    }
    if (command->complete.note.size > 0) {
        struct act_note note = {.at_ms = core->now_ms, .cause = CAUSE_COMPLETED};
        act_note_keep_words(lead, &note, rep->name, command->complete.note);
    }
    enum lead_state now = completion.change.to;
    if (completion.disposition->class_number == DISPOSITION_IS_DO_NOT_CALL || completion.change.do_not_call)
        stops_take_lead(core, lead, command->complete.disposition);
    lead_move(core, lead, &completion.change);
    if (wrap_up_ms > 0 && (rep->state == REP_AVAILABLE || rep->state == REP_WRAP_UP))
        rep_set_state(core, rep, REP_WRAP_UP, CAUSE_COMPLETED, deadline_after(core, wrap_up_ms));
    reply(core, command, CORE_ACCEPTED, now == LEAD_COMPLETED ? "" : lead_state_word(now), id);
}

/* A round is over: the next begins without refusals, and asks this rep first if the disposition says so. */
static void begin_round(struct core *core, const struct completion *completion)
{
    struct lead *lead = completion->lead;
    uint32_t same_rep_for_ms = completion->disposition->same_rep_for_ms;
    lead_forget_exclusions(core, lead);
    lead->offers_made = 0;
    lead_prefer(lead, same_rep_for_ms > 0 ? completion->rep->number : 0, 0, same_rep_for_ms);
}

/* Asked for once more than the desk calls back: it ends, or a person looks at it. */
static bool call_backs_are_used_up(const struct core *core, const struct completion *completion)
{
    const struct lead_extra *extra = completion->lead->extra;
    return completion->disposition->follow_up == FOLLOW_UP_CALL_BACK && extra && extra->call_backs >= core->config->call_backs.most;
}

/* Fills in where the lead goes. False, with nothing changed, when it cannot go there. */
static bool set_aside(struct core *core, struct completion *completion)
{
    struct lead_change *change = &completion->change;
    const struct core_text nowhere = {"", 0};
    enum config_follow_up follow_up = completion->disposition->follow_up;
    bool used_up = call_backs_are_used_up(core, completion);
    bool is_end = follow_up == FOLLOW_UP_END || follow_up == FOLLOW_UP_SUPPRESS || (used_up && core->config->call_backs.ends);

    if (is_end) {
        change->to = LEAD_COMPLETED;
        change->rep = completion->rep->number;
        change->do_not_call = follow_up == FOLLOW_UP_SUPPRESS;
        return true;
    }
    if (!lead_make_call_back(core, completion->lead))
        return false;
    change->by = completion->rep->number;
    if (follow_up == FOLLOW_UP_PARK || used_up) {
        change->to = LEAD_PARKED;
        change->cause = used_up ? CAUSE_CALL_BACKS_USED_UP : CAUSE_SET_ASIDE;
        change->deadline_ms = deadline_after(core, core->config->park_limit_ms);
        return true;
    }
    bool is_appointment = follow_up == FOLLOW_UP_APPOINTMENT;
    begin_round(core, completion);
    lead_extra_of(completion->lead)->call_backs += !is_appointment;
    lead_set_appointment(completion->lead, is_appointment ? completion->at_ms : 0, is_appointment ? completion->place : nowhere);
    change->to = LEAD_SCHEDULED;
    change->cause = is_appointment ? CAUSE_APPOINTMENT : CAUSE_CALL_BACK;
    change->deadline_ms = completion->at_ms;
    return true;
}

/* When the lead comes back. NULL, or what is wrong. */
static const char *read_time(const struct core *core, const struct core_command *command, struct completion *completion)
{
    const struct config_disposition *disposition = completion->disposition;
    int64_t asked = command->complete.at_unix_ms;
    bool has_time = disposition->follow_up == FOLLOW_UP_CALL_BACK || disposition->follow_up == FOLLOW_UP_APPOINTMENT;

    completion->place = command->complete.place;
    if (!has_time)
        return asked == 0 ? NULL : "this disposition has no time";
    if (command->complete.place.size > LEAD_PLACE_MAX)
        return "the place is too long";
    if (asked == 0 && disposition->after_ms == 0)
        return "this disposition needs a time";
    completion->at_ms = asked == 0 ? core->now_ms + disposition->after_ms : (uint64_t)asked;
    if (asked < 0 || completion->at_ms < core->now_ms + disposition->at_least_ms)
        return "the time is earlier than the disposition allows";
    if (completion->at_ms <= core->now_ms)
        return "the time has passed";
    return completion->at_ms > core->now_ms + disposition->at_most_ms ? "the time is later than the disposition allows" : NULL;
}

static bool complete_repeated(struct core *core, const struct core_command *command, struct siphash_128 key, uint64_t hash)
{
    const struct seen_entry *seen = seen_find(&core->seen, key, core->now_ms);
    if (!seen)
        return false;
    bool same = seen->content_hash == hash;
    reply(core, command, same ? CORE_DUPLICATE : CORE_DUPLICATE_DIFFERS,
          same ? "" : "this idempotency id was used for another disposition", command->complete.lead);
    return true;
}

/* What a repeat must agree in. */
static uint64_t content_of(const struct core *core, const struct core_command *command)
{
    struct core_text disposition = command->complete.disposition, place = command->complete.place;
    uint64_t hash = siphash_64(core->fingerprint_key, disposition.data ? disposition.data : "", disposition.size);
    if (command->complete.at_unix_ms == 0 && place.size == 0)
        return hash;
    struct siphash_key key = {hash, (uint64_t)command->complete.at_unix_ms};
    return siphash_64(key, place.data ? place.data : "", place.size);
}

static const struct config_disposition *find_disposition(const struct core *core, struct core_text code)
{
    for (uint32_t i = 0; i < core->config->disposition_count; i++) {
        const char *known = core->config->dispositions[i].code;
        if (code.size <= LW_NAME_MAX && strlen(known) == code.size && memcmp(known, code.data, code.size) == 0)
            return &core->config->dispositions[i];
    }
    return NULL;
}
