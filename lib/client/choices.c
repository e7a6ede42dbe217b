/* SPDX-License-Identifier: Apache-2.0 */
#include "choices.h"

#include <string.h>

/* As desk.yaml writes it. */
static const char *follows_word(Leadwire__V1__FollowUp number)
{
    switch (number) {
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_CALL_BACK: return "call_back";
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_APPOINTMENT: return "appointment";
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_PARK: return "park";
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_SUPPRESS: return "suppress";
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_NONE:
    case LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_END:
    case _LEADWIRE__V1__FOLLOW_UP_IS_INT_SIZE: break;
    }
    return "end";
}

static const char *class_word(Leadwire__V1__DispositionClass number)
{
    switch (number) {
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_WON: return "won";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_LOST: return "lost";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_LATER: return "later";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_BAD: return "bad";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_NO_ANSWER: return "no_answer";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_DO_NOT_CALL: return "do_not_call";
    case LEADWIRE__V1__DISPOSITION_CLASS__DISPOSITION_NONE:
    case _LEADWIRE__V1__DISPOSITION_CLASS_IS_INT_SIZE: break;
    }
    return "";
}

static struct lw_choice choice(const char *name, const char *label, const char *team)
{
    return (struct lw_choice){.name = name, .label = label[0] != '\0' ? label : name, .team = team, .follows = "", .kind = ""};
}

static void put_texts(struct lw_choice *to, Leadwire__V1__LocalText *const *texts, size_t count, struct arena *arena)
{
    struct lw_local_text *rows = count > 0 ? arena_calloc(arena, count, sizeof *rows) : NULL;
    to->texts = rows;
    for (size_t i = 0; rows && i < count; i++)
        rows[to->text_count++] = (struct lw_local_text){texts[i]->language, texts[i]->text};
}

static struct lw_choice *rows_of(struct arena *arena, size_t count)
{
    return count > 0 ? arena_calloc(arena, count, sizeof(struct lw_choice)) : NULL;
}

static void put_ends(struct lw_choices *out, const Leadwire__V1__DeskConfig *config, struct arena *arena)
{
    struct lw_choice *rows = rows_of(arena, config->n_dispositions);
    out->dispositions = rows;
    for (size_t i = 0; rows && i < config->n_dispositions; i++) {
        const Leadwire__V1__DispositionConfig *one = config->dispositions[i];
        struct lw_choice *row = &rows[out->disposition_count++];
        *row = choice(one->code, one->label, "");
        row->follows = follows_word(one->follow_up);
        row->kind = class_word(one->class_);
        row->after_ms = one->after_ms;
        row->at_least_ms = one->at_least_ms;
        row->at_most_ms = one->at_most_ms;
        put_texts(row, one->texts, one->n_texts, arena);
    }
}

/* The names are the refusals'; how they read may be there for each. */
static void put_declines(struct lw_choices *out, const Leadwire__V1__DeskConfig *config, struct arena *arena)
{
    const size_t count = config->refusals ? config->refusals->n_reasons : 0;
    struct lw_choice *rows = rows_of(arena, count);
    out->decline_reasons = rows;
    for (size_t i = 0; rows && i < count; i++) {
        const char *name = config->refusals->reasons[i];
        size_t at = 0;
        while (at < config->n_decline_reasons && strcmp(config->decline_reasons[at]->name, name) != 0)
            at++;
        const Leadwire__V1__DeclineReasonConfig *told = at < config->n_decline_reasons ? config->decline_reasons[at] : NULL;
        rows[i] = choice(name, told ? told->label : "", "");
        if (told)
            put_texts(&rows[i], told->texts, told->n_texts, arena);
        out->decline_reason_count++;
    }
}

static void put_breaks(struct lw_choices *out, const Leadwire__V1__DeskConfig *config, struct arena *arena)
{
    struct lw_choice *rows = rows_of(arena, config->n_break_reasons);
    out->break_reasons = rows;
    for (size_t i = 0; rows && i < config->n_break_reasons; i++) {
        const Leadwire__V1__BreakReasonConfig *one = config->break_reasons[i];
        rows[i] = choice(one->name, one->label, "");
        put_texts(&rows[i], one->texts, one->n_texts, arena);
        out->break_reason_count++;
    }
}

static void put_targets(struct lw_choices *out, const Leadwire__V1__DeskConfig *config, struct arena *arena)
{
    struct lw_choice *skills = rows_of(arena, config->n_skills), *teams = rows_of(arena, config->n_teams), *reps = rows_of(arena, config->n_reps);
    for (size_t i = 0; skills && i < config->n_skills; i++)
        skills[out->skill_count++] = choice(config->skills[i]->name, config->skills[i]->label, "");
    for (size_t i = 0; teams && i < config->n_teams; i++) {
        struct lw_choice *team = &teams[out->team_count++];
        *team = choice(config->teams[i]->name, config->teams[i]->label, "");
        team->outsourced = config->teams[i]->outsourced;
    }
    for (size_t i = 0; reps && i < config->n_reps; i++)
        reps[out->rep_count++] = choice(config->reps[i]->name, config->reps[i]->label, config->reps[i]->team);
    out->skills = skills;
    out->teams = teams;
    out->reps = reps;
}

const struct lw_choices *choices_of(const Leadwire__V1__ConfigReply *reply, struct arena *arena)
{
    struct lw_choices *out = reply->config ? arena_calloc(arena, 1, sizeof *out) : NULL;
    if (!out)
        return NULL;
    out->version = reply->version;
    put_ends(out, reply->config, arena);
    put_declines(out, reply->config, arena);
    put_breaks(out, reply->config, arena);
    put_targets(out, reply->config, arena);
    return out;
}
