/* SPDX-License-Identifier: Apache-2.0
 *
 * Records that were cut short or changed: refused or taken, never a crash. The
 * records are those of a desk at work; a core is restored from them with some damaged.
 */
#include "../property/seeded.h"
#include "desk_rig.h"
#include "record.h"

enum { LEADS = 30 };

static void act(struct desk_rig *rig, struct desk_id lead, enum core_act what, struct desk_id into)
{
    struct core_command command = {.kind = COMMAND_ACT, .session = MANAGER};
    command.act.lead = lead;
    command.act.act = what;
    command.act.into = into;
    command.act.by = (struct core_text){"boss", 4};
    command.act.reason = (struct core_text){"why not", 7};
    rig_step(rig, &command);
}

/* What a checkpoint has to say of all, behind the other records. */
static void add_checkpoint(struct desk_rig *rig)
{
    struct core_record record;
    (void)core_checkpoint_all(rig->core, UINT32_MAX);
    core_checkpoint_begin(rig->core);
    while (core_checkpoint_next(rig->core, &record)) {
        if (!record.ended)
            rig_keep_record(rig, record.kind, record.bytes, record.size);
    }
}

/* The desk opens while leads wait. */
static void open_later(struct core_config *config, struct seeded *random)
{
    struct config_team *team;
    uint64_t open_ms = UINT64_C(1800000000000) + 1 + seeded_below(random, LEADS * 10000);
    MUST_HOLD(core_config_add_team(config, "inside", &team) == LW_OK);
    MUST_HOLD(core_config_team_open(team, open_ms, open_ms + 3600000) == LW_OK);
    config->opening.reps = 2;
    config->opening.for_ms = 600000;
}

static void live(struct desk_rig *rig, struct seeded *random)
{
    char id[16];
    const struct desk_id none = {0};
    struct desk_id last = none;
    struct core_config *config = rig_rules();
    rig_add_rule(config, "italy", 10, "language", "it", "italian", 5);
    rig_add_rep(config, "ada", 4, "+391", "italian", 8);
    rig_add_rep(config, "bob", 3, "+392", "german", 8);
    config->rules[0].value = (uint32_t)seeded_below(random, 3) * 100;
    if (seeded_below(random, 2))
        MUST_HOLD(core_config_set_policy(config, "broadcast") == LW_OK);
    config->reopen_for_ms = seeded_below(random, 2) * 100000;
    if (seeded_below(random, 2))
        open_later(config, random);
    rig_open(rig, config, NULL);
    uint64_t ada = rig_log_on(rig, "ada");
    rig_log_on(rig, "bob");
    for (int i = 0; i < LEADS; i++) {
        snprintf(id, sizeof id, "%d", i);
        struct desk_id lead = rig_publish_lead(rig, &(struct rig_lead){
            .id = id, .channel = i % 3 == 2 ? LW_CHANNEL_PHONE : LW_CHANNEL_WEB, .fields = {{"language", i % 2 ? "it" : "de"}}});
        struct core_effect row = rig_row(rig, lead);
        rig_pass(rig, seeded_below(random, 20000));
        switch (seeded_below(random, 8)) {
        case 0: rig_decline(rig, ada, lead, row.offer_number); break;
        case 1: rig_accept(rig, ada, lead, row.offer_number); break;
        case 2:
            rig_accept(rig, ada, lead, row.offer_number);
            rig_dial(rig, lead, row.offer_number, DIAL_OUTCOME_ANSWERED);
            rig_complete(rig, ada, lead, id, "won");
            break;
        case 3: rig_cancel(rig, lead); break;
        case 4:
            rig_cancel(rig, lead);
            act(rig, lead, ACT_REOPEN, none);
            break;
        case 5: act(rig, lead, ACT_MERGE, last); break;
        case 6:
            act(rig, lead, ACT_MERGE, last);
            act(rig, lead, ACT_PART, none);
            break;
        default: break;
        }
        last = lead;
    }
    add_checkpoint(rig);
}

static lw_status read_lead(void *context, const void *bytes, size_t size)
{
    static struct lead_image lead;
    (void)context;
    return record_read_lead(bytes, size, &lead);
}

static lw_status read_any(enum record_kind kind, const void *bytes, size_t size)
{
    struct rep_image rep;
    struct seen_image seen;
    struct desk_image desk;
    struct desk_part part;
    struct byte_reader rest;
    switch (kind) {
    case RECORD_LEAD: return read_lead(NULL, bytes, size);
    case RECORD_REP: return record_read_rep(bytes, size, &rep);
    case RECORD_SEEN: return record_read_seen(bytes, size, &seen);
    case RECORD_DESK: {
        lw_status status = record_read_desk(bytes, size, &desk, &rest);
        while (status == LW_OK)
            status = record_next_part(&rest, &part);
        return status == LW_NOT_FOUND ? LW_OK : status;
    }
    case RECORD_LEADS: return record_visit_leads(bytes, size, read_lead, NULL);
    case RECORD_CONFIG: break;
    }
    return LW_OK;
}

/* A shorter record is never taken for a whole one. */
static void check_cut(const struct desk_rig *rig)
{
    for (uint32_t i = 0; i < rig->record_count; i++) {
        const struct rig_record *record = &rig->records[i];
        if (record->kind == RECORD_CONFIG)
            continue;
        for (size_t size = 0; size < record->size; size++) {
            uint8_t *exact = malloc(size + 1);   /* its own block, so that reading past the end is seen */
            memcpy(exact + 1, rig->bytes.data + record->at, size);
            MUST_HOLD(read_any(record->kind, exact + 1, size) != LW_OK);
            free(exact);
        }
        MUST_HOLD(read_any(record->kind, rig->bytes.data + record->at, record->size) == LW_OK);
    }
}

static void ignore_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context, (void)kind, (void)bytes, (void)size;
}

static void ignore_effect(void *context, const struct core_effect *effect)
{
    (void)context, (void)effect;
}

static void damage(struct seeded *random, uint8_t *bytes, size_t *size)
{
    switch (seeded_below(random, 3)) {
    case 0: bytes[seeded_below(random, *size)] ^= (uint8_t)(1u << seeded_below(random, 8)); break;
    case 1: bytes[seeded_below(random, *size)] = (uint8_t)seeded_next(random); break;
    default: *size = seeded_below(random, *size); break;
    }
}

/* With one record damaged; a refused one is left out, as a careless reader would. */
static void check_damaged(const struct desk_rig *rig, struct seeded *random)
{
    struct core *core = core_new(&rig->limits, &(struct core_callbacks){NULL, ignore_record, ignore_effect});
    uint64_t one = seeded_below(random, rig->record_count);
    MUST_HOLD(core);
    for (uint32_t i = 0; i < rig->record_count; i++) {
        size_t size = rig->records[i].size;
        uint8_t *exact = malloc(size + 1);
        memcpy(exact, rig->bytes.data + rig->records[i].at, size);
        if (i == one)
            damage(random, exact, &size);
        lw_status status = core_restore(core, rig->records[i].kind, exact, size);
        MUST_HOLD(status == LW_OK || i == one);
        free(exact);
    }
    lw_status status = core_restore_done(core);
    MUST_HOLD(status == LW_OK || status == LW_CORRUPT);
    core_free(core);
}

static void round_of(struct seeded *random)
{
    struct desk_rig rig;
    live(&rig, random);
    check_cut(&rig);
    for (int i = 0; i < 150; i++)
        check_damaged(&rig, random);
    rig_close(&rig);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 4, round_of);
}
