/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_trial.h"

#include <stdio.h>

#include "batch.h"
#include "commit.h"

enum { LEADS_MAX = 100 * 1000 * 1000 };

struct trial { struct core *core; struct commit_joiner joiner; const char *what; };

static lw_status take_field(void *context, const struct desk_field *field);
static lw_status take_entry(void *context, struct desk_id id, const void *bytes, size_t size);
static lw_status take_batch(struct trial *trial, struct byte_reader *in);
static void no_record(void *context, enum record_kind kind, const void *bytes, size_t size);
static void no_effect(void *context, const struct core_effect *effect);

/* Bounds of memory are the broker's own business, which may have others. */
static struct core *new_core(void)
{
    struct core_callbacks callbacks = {NULL, no_record, no_effect};
    struct core_limits limits;

    core_limits_default(&limits);
    limits.leads_max = LEADS_MAX;
    limits.payload_bytes_max = UINT64_MAX / 2;
    return core_new(&limits, &callbacks);
}

lw_status desk_trial(struct desk_file_reader *reader, struct desk_file_head *head, struct desk_file_end *end, struct core **out)
{
    struct trial trial = {.core = new_core()};
    struct desk_file_visitor whole = {0}, fields = {.context = &trial, .field = take_field}, entries = {.context = &trial, .entry = take_entry};

    *out = NULL;
    commit_joiner_init(&trial.joiner);
    lw_status status = trial.core ? desk_file_read(reader, &whole, head, end) : LW_NO_MEMORY;   /* first, so that damage is called so */
    if (status == LW_OK)
        status = desk_file_read(reader, &fields, head, end);
    if (status == LW_OK)
        status = desk_file_read(reader, &entries, head, end);
    if (status == LW_OK)
        status = core_restore_done(trial.core);
    if (status != LW_OK && reader->error[0] == '\0')
        snprintf(reader->error, sizeof reader->error, "%s cannot be restored: %s", trial.what ? trial.what : "the desk", lw_status_text(status));
    commit_joiner_fini(&trial.joiner);
    if (status == LW_OK)
        *out = trial.core;
    else
        core_free(trial.core);
    return status;
}

static lw_status take_field(void *context, const struct desk_field *field)
{
    struct trial *trial = context;
    struct byte_reader in;

    switch (field->family) {
    case DESK_CONFIG:
        trial->what = "the rules";
        return core_restore(trial->core, field->name_size == 4 && memcmp(field->name, "desk", 4) == 0 ? RECORD_DESK : RECORD_CONFIG, field->value,
                            field->value_size);
    case DESK_REPS:
        trial->what = "a rep";
        return core_restore(trial->core, RECORD_REP, field->value, field->value_size);
    case DESK_LEADS:
        trial->what = "a lead";
        return core_restore(trial->core, RECORD_LEAD, field->value, field->value_size);
    case DESK_SEEN:
        trial->what = "a run of idempotency ids or customers";
        byte_reader_init(&in, field->value, field->value_size);
        return take_batch(trial, &in);
    }
    return LW_CORRUPT;
}

static lw_status take_entry(void *context, struct desk_id id, const void *bytes, size_t size)
{
    struct trial *trial = context;
    struct journal_entry_head head;
    struct byte_reader in;

    (void)id;
    trial->what = "an entry of the journal";
    byte_reader_init(&in, bytes, size);
    lw_status status = journal_entry_head_read(&in, &head);
    return status == LW_OK ? take_batch(trial, &in) : status;
}

static lw_status take_batch(struct trial *trial, struct byte_reader *in)
{
    enum record_kind kind;
    const uint8_t *bytes;
    size_t size;

    while (batch_next(in, &kind, &bytes, &size)) {
        lw_status status = commit_restore(&trial->joiner, trial->core, kind, bytes, size);
        if (status != LW_OK)
            return status;
    }
    return in->failed ? LW_CORRUPT : LW_OK;
}

static void no_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    (void)context;
    (void)kind;
    (void)bytes;
    (void)size;
}

static void no_effect(void *context, const struct core_effect *effect)
{
    (void)context;
    (void)effect;
}
