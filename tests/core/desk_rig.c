/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_rig.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep_record(void *context, enum record_kind kind, const void *bytes, size_t size);
static void keep_effect(void *context, const struct core_effect *effect);
static const char *read_field(const void *lead, const char *name);
static uint32_t read_person(const void *lead, struct core_person_key out[CORE_PERSON_KEYS_MAX]);
static struct core_text text(const char *words);

static void must(lw_status status) { assert(status == LW_OK); }

/* ---- rules ---- */

struct core_config *rig_rules(void)
{
    struct core_config *config = core_config_new("test-desk");
    struct config_rule *rule;
    assert(config);
    must(core_config_add_skill(config, "italian"));
    must(core_config_add_skill(config, "german"));
    must(core_config_add_skill(config, "sales"));
    must(core_config_add_rule(config, "all", "sales", 10, &rule));
    config->channels[LW_CHANNEL_PHONE].weight = 1;
    must(core_config_add_disposition(config, "won", 1));
    must(core_config_add_disposition(config, "lost", 2));
    return config;
}

void rig_add_rep(struct core_config *config, const char *name, uint32_t capacity, const char *device, const char *skill, uint32_t level)
{
    struct config_rep *rep;
    must(core_config_add_rep(config, name, "inside", capacity, device, &rep));
    if (skill)
        must(core_config_rep_skill(config, rep, skill, level));
}

void rig_add_skill(struct core_config *config, const char *rep, const char *skill, uint32_t level)
{
    for (uint32_t i = 0; i < config->rep_count; i++) {
        if (strcmp(config->reps[i].name, rep) == 0)
            must(core_config_rep_skill(config, &config->reps[i], skill, level));
    }
}

void rig_add_rule(struct core_config *config, const char *name, uint32_t priority, const char *field, const char *value,
                  const char *skill, uint32_t level)
{
    struct config_rule *rule, added;
    must(core_config_add_rule(config, name, name, priority, &rule));
    if (field)
        must(core_config_rule_when(rule, field, CONFIG_EQUALS, &value, 1));
    if (skill)
        must(core_config_rule_require(config, rule, skill, level));
    added = *rule;
    memmove(&config->rules[1], &config->rules[0], (config->rule_count - 1) * sizeof *rule);
    config->rules[0] = added;
}

/* ---- a desk ---- */

void rig_small_limits(struct core_limits *limits)
{
    core_limits_default(limits);
    limits->leads_max = 1000;
    limits->seen_max = 1000;
    limits->payload_bytes_max = 1 << 20;
    limits->history_max = 4096;
}

void rig_open(struct desk_rig *rig, struct core_config *config, const struct core_limits *limits)
{
    *rig = (struct desk_rig){.now_ms = 1800000000000, .next_session = 100, .epoch = 1 << 24};
    if (limits)
        rig->limits = *limits;
    else
        rig_small_limits(&rig->limits);
    byte_buffer_init(&rig->bytes, 64u << 20);
    rig->core = core_new(&rig->limits, &(struct core_callbacks){rig, keep_record, keep_effect});
    assert(rig->core);
    core_set_epoch(rig->core, rig->epoch);
    rig_step(rig, &(struct core_command){.kind = COMMAND_FOUND_DESK, .found_desk = {{1, 2}}});
    if (config)
        assert(rig_apply(rig, config) == CORE_ACCEPTED);
}

void rig_close(struct desk_rig *rig)
{
    core_free(rig->core);
    byte_buffer_fini(&rig->bytes);
    free(rig->told);
    free(rig->records);
    *rig = (struct desk_rig){0};
}

enum core_status rig_apply(struct desk_rig *rig, struct core_config *config)
{
    enum core_status status = rig_step(rig, &(struct core_command){.kind = COMMAND_CONFIGURE, .session = MANAGER,
        .configure = {.config = config, .source = "yaml", .source_size = 4, .by = {"boss", 4}}});
    core_config_free(config);
    return status;
}

enum core_status rig_step(struct desk_rig *rig, struct core_command *command)
{
    rig->told_count = 0;
    rig->step++;
    if (command->request == 0 && command->session != 0)
        command->request = ++rig->next_request;
    core_step(rig->core, command, rig->now_ms);
    core_check_invariants(rig->core);
    const struct core_effect *reply = rig_told(rig, EFFECT_REPLY, 0, 0);
    return reply ? reply->status : (enum core_status)0;
}

void rig_pass(struct desk_rig *rig, uint64_t ms)
{
    uint64_t until_ms = rig->now_ms + ms, next_ms;
    struct core_command time = {.kind = COMMAND_TIME};

    rig->told_count = 0;
    while ((next_ms = core_next_deadline_ms(rig->core)) <= until_ms) {
        rig->now_ms = next_ms > rig->now_ms ? next_ms : rig->now_ms;
        rig->step++;
        core_step(rig->core, &time, rig->now_ms);
        core_check_invariants(rig->core);
    }
    rig->now_ms = until_ms;
}

struct desk_id rig_publish(struct desk_rig *rig, const char *id)
{
    return rig_publish_lead(rig, &(struct rig_lead){.id = id});
}

struct desk_id rig_publish_lead(struct desk_rig *rig, const struct rig_lead *lead)
{
    enum core_status status = rig_try_publish(rig, lead);
    assert(status == CORE_ACCEPTED);
    return rig_told(rig, EFFECT_REPLY, 0, 0)->lead;
}

/* " [stop 12]": the words, and the last digits of the time. */
static uint32_t write_stop(const void *lead, uint64_t said_ms, struct core_text words, uint8_t out[CORE_STOP_BYTES_MAX])
{
    const struct rig_lead *from = lead;
    if (from->wants_no_more)
        return 0;
    return (uint32_t)snprintf((char *)out, CORE_STOP_BYTES_MAX, "[%.*s %u]", (int)words.size, words.size > 0 ? words.data : "", (unsigned)(said_ms % 1000));
}

struct core_command rig_publish_command(const struct desk_rig *rig, const struct rig_lead *lead)
{
    return (struct core_command){.kind = COMMAND_PUBLISH, .session = PUBLISHER, .publish = {
        .idempotency_id = text(lead->id), .source = text(lead->source ? lead->source : "form"),
        .content_hash = lead->content_hash ? lead->content_hash : 7, .channel = lead->channel ? lead->channel : LW_CHANNEL_WEB,
        .received_unix_ms = lead->received_ms ? lead->received_ms : (int64_t)rig->now_ms, .is_test = lead->is_test,
        .is_voicemail = lead->is_voicemail, .wants_no_more = lead->wants_no_more, .stop_words = text(lead->words ? lead->words : ""),
        .stop_unix_ms = (int64_t)lead->said_ms, .opts_in = lead->opts_in, .opt_in_unix_ms = (int64_t)lead->said_ms, .follows = text(lead->follows ? lead->follows : ""),
        .payload = lead->id, .payload_size = (uint32_t)strlen(lead->id), .fields = lead, .read_field = read_field, .read_person = read_person, .write_stop = write_stop}};
}

enum core_status rig_try_publish(struct desk_rig *rig, const struct rig_lead *lead)
{
    struct core_command command = rig_publish_command(rig, lead);
    return rig_step(rig, &command);
}

uint64_t rig_log_on(struct desk_rig *rig, const char *rep)
{
    uint64_t session = ++rig->next_session;
    rig_step(rig, &(struct core_command){.kind = COMMAND_LOG_ON, .session = session, .log_on = {.rep = text(rep)}});
    assert(rig_told(rig, EFFECT_LOGGED_ON, session, 0));
    return session;
}

void rig_log_off(struct desk_rig *rig, uint64_t session)
{
    rig_step(rig, &(struct core_command){.kind = COMMAND_LOG_OFF, .session = session});
}

void rig_lose(struct desk_rig *rig, uint64_t session)
{
    rig_step(rig, &(struct core_command){.kind = COMMAND_CONNECTION_LOST, .session = session});
}

enum core_status rig_set_state(struct desk_rig *rig, uint64_t session, enum rep_state state)
{
    return rig_step(rig, &(struct core_command){.kind = COMMAND_SET_REP_STATE, .session = session,
                                                .set_rep_state = {state, text("lunch")}});
}

static enum core_status answer(struct desk_rig *rig, uint64_t session, struct desk_id lead, uint32_t offer_number, bool accept)
{
    return rig_step(rig, &(struct core_command){.kind = COMMAND_ANSWER_OFFER, .session = session,
                                                .answer_offer = {lead, offer_number, accept, text("")}});
}

enum core_status rig_accept(struct desk_rig *rig, uint64_t session, struct desk_id lead, uint32_t offer_number)
{
    return answer(rig, session, lead, offer_number, true);
}

enum core_status rig_decline(struct desk_rig *rig, uint64_t session, struct desk_id lead, uint32_t offer_number)
{
    return answer(rig, session, lead, offer_number, false);
}

enum core_status rig_complete(struct desk_rig *rig, uint64_t session, struct desk_id lead, const char *id, const char *disposition)
{
    return rig_step(rig, &(struct core_command){.kind = COMMAND_COMPLETE, .session = session,
                                                .complete = {.lead = lead, .idempotency_id = text(id), .disposition = text(disposition)}});
}

enum core_status rig_dial(struct desk_rig *rig, struct desk_id lead, uint32_t offer_number, enum dial_outcome outcome)
{
    return rig_step(rig, &(struct core_command){.kind = COMMAND_DIAL_RESULT, .session = PUBLISHER,
                                                .dial_result = {.lead = lead, .offer_number = offer_number, .outcome = outcome}});
}

enum core_status rig_cancel(struct desk_rig *rig, struct desk_id lead)
{
    return rig_step(rig, &(struct core_command){.kind = COMMAND_CANCEL, .session = PUBLISHER, .cancel = {.lead = lead}});
}

enum core_status rig_act(struct desk_rig *rig, struct desk_id lead, enum core_act act)
{
    return rig_step(rig, &(struct core_command){.kind = COMMAND_ACT, .session = MANAGER, .act = {.lead = lead, .act = act, .by = text("boss"), .reason = text("")}});
}

void rig_resume_service(struct desk_rig *rig)
{
    rig_step(rig, &(struct core_command){.kind = COMMAND_SERVICE_RESUMED});
}

/* ---- what was told and what is ---- */

const struct core_effect *rig_told(const struct desk_rig *rig, enum core_effect_kind kind, uint64_t session, uint32_t n)
{
    for (uint32_t i = 0; i < rig->told_count; i++) {
        const struct core_effect *effect = &rig->told[i].effect;
        if (effect->kind == kind && (session == 0 || effect->session == session) && n-- == 0)
            return effect;
    }
    return NULL;
}

const char *rig_why(const struct core_effect *offer)
{
    return ((const struct told *)offer)->why;   /* the effect is its first member */
}

uint32_t rig_told_count(const struct desk_rig *rig, enum core_effect_kind kind, uint64_t session)
{
    uint32_t count = 0;
    while (rig_told(rig, kind, session, count))
        count++;
    return count;
}

struct looked_for { struct desk_id lead; const char *rep; struct core_effect row; };

static void find_lead(void *context, const struct core_effect *row)
{
    struct looked_for *look = context;
    if (desk_id_equal(row->lead, look->lead))
        look->row = *row;
}

static void find_rep(void *context, const struct core_effect *row)
{
    struct looked_for *look = context;
    if (strcmp(row->rep, look->rep) == 0)
        look->row = *row;
}

struct core_effect rig_row(struct desk_rig *rig, struct desk_id lead)
{
    struct looked_for look = {.lead = lead, .row = {.rep = ""}};
    core_leads_visit(rig->core, 0, UINT32_MAX, find_lead, &look);
    return look.row;
}

enum lead_state rig_state(struct desk_rig *rig, struct desk_id lead)
{
    return rig_row(rig, lead).to;
}

const char *rig_owner(struct desk_rig *rig, struct desk_id lead)
{
    return rig_row(rig, lead).rep;
}

struct core_effect rig_rep(struct desk_rig *rig, const char *name)
{
    struct looked_for look = {.rep = name};
    core_reps_visit(rig->core, find_rep, &look);
    return look.row;
}

struct core *rig_swap(struct desk_rig *rig, struct core *core)
{
    struct core *before = rig->core;
    core_set_callbacks(core, &(struct core_callbacks){rig, keep_record, keep_effect});
    rig->core = core;
    return before;
}

struct core *rig_restore(const struct desk_rig *rig, uint32_t count, const struct core_callbacks *callbacks)
{
    struct core *core = core_new(&rig->limits, callbacks);
    lw_status status = LW_OK;
    assert(core);
    for (uint32_t i = 0; i < count && status == LW_OK; i++)
        status = core_restore(core, rig->records[i].kind, rig->bytes.data + rig->records[i].at, rig->records[i].size);
    if (status == LW_OK)
        status = core_restore_done(core);
    if (status == LW_OK)
        return core;
    core_free(core);
    return NULL;
}

void rig_restart(struct desk_rig *rig)
{
    struct core *restored = rig_restore(rig, rig->record_count, &(struct core_callbacks){0});
    assert(restored);
    core_free(rig_swap(rig, restored));
    core_set_epoch(rig->core, ++rig->epoch);
    rig_resume_service(rig);
}

/* ---- callbacks ---- */

static void keep_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    rig_keep_record(context, kind, bytes, size);
}

void rig_keep_record(struct desk_rig *rig, enum record_kind kind, const void *bytes, size_t size)
{
    if (rig->record_count == rig->record_capacity) {
        rig->record_capacity = rig->record_capacity ? rig->record_capacity * 2 : 256;
        rig->records = realloc(rig->records, rig->record_capacity * sizeof *rig->records);
        assert(rig->records);
    }
    rig->records[rig->record_count++] = (struct rig_record){kind, rig->bytes.size, size, rig->step};
    byte_buffer_put(&rig->bytes, bytes, size);
}

static void point_to_contacts(struct told *told)
{
    for (uint32_t i = 0; i < CORE_CONTACTS_MAX; i++)
        told->contacts[i].data = told->contact_bytes[i];
    if (told->effect.contacts)
        told->effect.contacts = told->contacts;
}

static void keep_effect(void *context, const struct core_effect *effect)
{
    struct desk_rig *rig = context;
    if (rig->told_count == rig->told_capacity) {
        rig->told_capacity = rig->told_capacity ? rig->told_capacity * 2 : 64;
        rig->told = realloc(rig->told, rig->told_capacity * sizeof *rig->told);
        assert(rig->told);
        for (uint32_t i = 0; i < rig->told_count; i++) {   /* they point into themselves, and moved */
            struct told *moved = &rig->told[i];
            const char **places[RIG_TEXTS] = {&moved->effect.reason, &moved->effect.queue, &moved->effect.rep,
                                              &moved->effect.source, &moved->effect.disposition, &moved->effect.by};
            for (int t = 0; t < RIG_TEXTS; t++)
                *places[t] = moved->texts[t];
            moved->effect.payload = moved->payload;
            point_to_contacts(moved);
        }
    }
    struct told *told = &rig->told[rig->told_count++];
    char why[CORE_WHY_ROOM];
    told->effect = *effect;
    const char **places[RIG_TEXTS] = {&told->effect.reason, &told->effect.queue, &told->effect.rep,
                                      &told->effect.source, &told->effect.disposition, &told->effect.by};
    for (int t = 0; t < RIG_TEXTS; t++) {
        assert(*places[t] && strlen(*places[t]) < RIG_TEXT_MAX);
        strcpy(told->texts[t], *places[t]);
        *places[t] = told->texts[t];
    }
    for (uint32_t i = 0; effect->contacts && i < effect->contact_count; i++) {
        assert(effect->contacts[i].size <= sizeof told->contact_bytes[i]);
        memcpy(told->contact_bytes[i], effect->contacts[i].data, effect->contacts[i].size);
        told->contacts[i].size = effect->contacts[i].size;
        told->contacts[i].at_ms = effect->contacts[i].at_ms;
    }
    point_to_contacts(told);
    strcpy(told->why, core_why_words(effect->why, why));
    if (effect->payload_size > 0 && effect->payload)
        memcpy(told->payload, effect->payload, effect->payload_size < 64 ? effect->payload_size : 64);
    told->effect.payload = effect->payload ? told->payload : NULL;
}

static uint32_t read_person(const void *lead, struct core_person_key out[CORE_PERSON_KEYS_MAX])
{
    const struct rig_lead *from = lead;
    uint32_t count = 0;
    if (from->phone)
        out[count++] = (struct core_person_key){PERSON_KEY_PHONE, text(from->phone)};
    if (from->email)
        out[count++] = (struct core_person_key){PERSON_KEY_EMAIL, text(from->email)};
    return count;
}

static const char *read_field(const void *lead, const char *name)
{
    const struct rig_field *all = ((const struct rig_lead *)lead)->fields;
    for (int i = 0; i < RIG_FIELDS_MAX && all[i].name; i++) {
        if (strcmp(all[i].name, name) == 0)
            return all[i].value;
    }
    return NULL;
}

static struct core_text text(const char *words)
{
    return (struct core_text){words, (uint32_t)strlen(words)};
}
