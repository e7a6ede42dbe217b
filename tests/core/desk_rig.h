/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_rig - a core under test: commands in one line each, and what it told.
 *
 * Every step checks the core's invariants. What a step told is kept (deep
 * copies) until the next step; all records are kept for restoring. Publishers
 * use session PUBLISHER, managers MANAGER; log-ons get sessions of their own.
 */
#ifndef DESK_RIG_H
#define DESK_RIG_H

#include "byte_buffer.h"
#include "core.h"
#include "core_explain.h"

enum { PUBLISHER = 1, MANAGER = 2, RIG_TEXTS = 6, RIG_TEXT_MAX = 300, RIG_FIELDS_MAX = 4 };

/* One effect as it was told; its pointers point into this struct. */
struct told {
    struct core_effect effect;
    char texts[RIG_TEXTS][RIG_TEXT_MAX], why[CORE_WHY_SIZE];
    uint8_t payload[64];
    struct core_contact contacts[CORE_CONTACTS_MAX];
    char contact_bytes[CORE_CONTACTS_MAX][16];
};

struct rig_record { enum record_kind kind; size_t at, size; uint64_t step; };

struct desk_rig {
    struct core *core;
    struct core_limits limits;
    uint64_t now_ms, next_request, next_session, step, epoch;
    struct told *told;
    uint32_t told_count, told_capacity;
    struct byte_buffer bytes;          /* of all records */
    struct rig_record *records;
    uint32_t record_count, record_capacity;
};

struct rig_field { const char *name, *value; };

/* A lead to publish; zero members get plain values: web, source "form", received now. */
struct rig_lead {
    const char *id, *source;
    uint8_t channel;
    uint64_t content_hash;
    int64_t received_ms;
    bool is_test;
    const char *phone, *email;         /* what the person is known by */
    const char *follows;               /* an earlier id of the source */
    bool is_voicemail, wants_no_more, opts_in;
    uint64_t said_ms;                  /* of a stop or an agreement; 0: now */
    const char *words;                 /* of a stop */
    struct rig_field fields[RIG_FIELDS_MAX];
};

/* ---- rules ---- */

/* Every channel weighs 1. One rule "all" to queue "sales" without requirements, disposition "won", no reps; skills italian, german, sales. */
struct core_config *rig_rules(void);
/* device and skill may be NULL. */
void rig_add_rep(struct core_config *config, const char *name, uint32_t capacity, const char *device, const char *skill, uint32_t level);
void rig_add_skill(struct core_config *config, const char *rep, const char *skill, uint32_t level);
/* Before the rules that are there. field NULL: always; else field equals value. skill may be NULL. */
void rig_add_rule(struct core_config *config, const char *name, uint32_t priority, const char *field, const char *value,
                  const char *skill, uint32_t level);

/* ---- a desk ---- */

/* Founds a desk and applies the rules (taken). limits NULL: small ones. */
void rig_open(struct desk_rig *rig, struct core_config *config, const struct core_limits *limits);
void rig_close(struct desk_rig *rig);
void rig_small_limits(struct core_limits *limits);
enum core_status rig_apply(struct desk_rig *rig, struct core_config *config);   /* taken */

/* One step; what it told is in rig->told. Gives the status of its reply, 0 without one. */
enum core_status rig_step(struct desk_rig *rig, struct core_command *command);
/* Time passes, deadline by deadline; all that was told is kept. */
void rig_pass(struct desk_rig *rig, uint64_t ms);

struct desk_id rig_publish(struct desk_rig *rig, const char *id);          /* a web lead; must be accepted */
struct desk_id rig_publish_lead(struct desk_rig *rig, const struct rig_lead *lead);   /* must be accepted */
struct core_command rig_publish_command(const struct desk_rig *rig, const struct rig_lead *lead);   /* borrows the lead */
enum core_status rig_try_publish(struct desk_rig *rig, const struct rig_lead *lead);
uint64_t rig_log_on(struct desk_rig *rig, const char *rep);                /* gives the session */
void rig_log_off(struct desk_rig *rig, uint64_t session);
void rig_lose(struct desk_rig *rig, uint64_t session);
enum core_status rig_set_state(struct desk_rig *rig, uint64_t session, enum rep_state state);
enum core_status rig_accept(struct desk_rig *rig, uint64_t session, struct desk_id lead, uint32_t offer_number);
enum core_status rig_decline(struct desk_rig *rig, uint64_t session, struct desk_id lead, uint32_t offer_number);
enum core_status rig_complete(struct desk_rig *rig, uint64_t session, struct desk_id lead, const char *id, const char *disposition);
enum core_status rig_dial(struct desk_rig *rig, struct desk_id lead, uint32_t offer_number, enum dial_outcome outcome);
enum core_status rig_cancel(struct desk_rig *rig, struct desk_id lead);
enum core_status rig_act(struct desk_rig *rig, struct desk_id lead, enum core_act act);
void rig_resume_service(struct desk_rig *rig);

/* ---- what was told and what is ---- */

/* The n-th (from 0) effect of this kind since the step began; NULL. session 0: to anybody. */
const struct core_effect *rig_told(const struct desk_rig *rig, enum core_effect_kind kind, uint64_t session, uint32_t n);
/* The words of an offer that rig_told gave. */
const char *rig_why(const struct core_effect *offer);
uint32_t rig_told_count(const struct desk_rig *rig, enum core_effect_kind kind, uint64_t session);
/* LEAD_NONE when it is not open. */
enum lead_state rig_state(struct desk_rig *rig, struct desk_id lead);
/* Who has or is offered it; "" nobody. */
const char *rig_owner(struct desk_rig *rig, struct desk_id lead);
struct core_effect rig_row(struct desk_rig *rig, struct desk_id lead);
struct core_effect rig_rep(struct desk_rig *rig, const char *name);

/* One more record, as if the core had made it. */
void rig_keep_record(struct desk_rig *rig, enum record_kind kind, const void *bytes, size_t size);
/* Puts another core under the rig and gives the one before. */
struct core *rig_swap(struct desk_rig *rig, struct core *core);
/* A core from the first `count` records, not yet serving; NULL when restoring failed. */
struct core *rig_restore(const struct desk_rig *rig, uint32_t count, const struct core_callbacks *callbacks);
/* Another process serves, from all records, in the next epoch; nobody is logged on. */
void rig_restart(struct desk_rig *rig);

#endif
