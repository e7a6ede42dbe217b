/* SPDX-License-Identifier: Apache-2.0 */
#include "working_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "wall_clock.h"

static const uint64_t first_ms = 1700000000000;   /* desk time of a desk that never was */

static void open_core(struct working_desk *desk);
static void open_store(struct working_desk *desk);

void working_desk_open(struct working_desk *desk)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + WORKING_DESK_DEADLINE_MS;

    desk->now_ms = desk->now_ms == 0 ? first_ms : desk->now_ms;
    desk->state = STORE_CLAIMING;
    desk->appended = desk->confirmed = 0;
    byte_buffer_init(&desk->batch, STORE_BATCH_MAX);
    open_core(desk);
    open_store(desk);
    while (desk->state != STORE_READY && desk->state != STORE_FAILED && wall_clock_monotonic_ms() < end_ms)
        working_desk_turn(desk);
    assert_int_equal(desk->state, STORE_READY);
    desk->offers.count = desk->held.count = 0;
}

void working_desk_close(struct working_desk *desk)
{
    store_close(&desk->store);
    core_free(desk->core);
    desk->core = NULL;
    byte_buffer_fini(&desk->batch);
}

uint64_t working_desk_draw(struct working_desk *desk, uint64_t below)
{
    desk->random = desk->random * 6364136223846793005u + 1442695040888963407u;
    return (desk->random >> 33) % below;
}

void working_desk_turn(struct working_desk *desk)
{
    struct pollfd poll_fd = {.fd = store_fd(desk->store), .events = store_events(desk->store)};

    poll(&poll_fd, 1, store_next_ms(desk->store) <= wall_clock_monotonic_ms() ? 0 : 10);
    store_step(desk->store, wall_clock_monotonic_ms());
}

void working_desk_confirm_all(struct working_desk *desk)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + WORKING_DESK_DEADLINE_MS;

    while (desk->confirmed < desk->appended && wall_clock_monotonic_ms() < end_ms)
        working_desk_turn(desk);
    assert_int_equal(desk->confirmed, desk->appended);
}

uint64_t working_desk_checkpoints(const struct working_desk *desk)
{
    struct store_totals totals;

    store_totals_read(desk->store, &totals);
    return totals.checkpoints;
}

void working_desk_step(struct working_desk *desk, const struct core_command *command)
{
    desk->now_ms += 1 + working_desk_draw(desk, 20);
    core_step(desk->core, command, desk->now_ms);
    assert_false(desk->batch.failed);
    if (desk->batch.size == 0)
        return;
    assert_true(desk->batch.size <= STORE_BATCH_MAX);
    assert_int_equal(store_append(desk->store, desk->batch.data, desk->batch.size, desk->now_ms, &desk->appended), LW_OK);
    if (desk->options.after_append)
        desk->options.after_append(desk);
    byte_buffer_clear(&desk->batch);
}

void working_desk_found(struct working_desk *desk)
{
    struct core_config *config = core_config_new("sales");
    struct config_rep *rep;
    struct config_rule *rule;

    working_desk_step(desk, &(struct core_command){.kind = COMMAND_FOUND_DESK, .found_desk.fingerprint_key = {1, 2}});
    for (unsigned i = 0; i < desk->options.reps; i++) {
        char name[16];
        snprintf(name, sizeof name, "rep%u", i);
        assert_int_equal(core_config_add_rep(config, name, "inside", 6, "", &rep), LW_OK);
    }
    assert_int_equal(core_config_add_rule(config, "all", "all", 50, &rule), LW_OK);
    assert_int_equal(core_config_add_disposition(config, "sold", 1), LW_OK);
    working_desk_step(desk, &(struct core_command){.kind = COMMAND_CONFIGURE, .configure = {.config = config, .source = "x", .source_size = 1}});
    core_config_free(config);
}

void working_desk_log_on(struct working_desk *desk, unsigned rep, uint64_t session)
{
    char name[16];
    int size = snprintf(name, sizeof name, "rep%u", rep);

    working_desk_step(desk, &(struct core_command){.kind = COMMAND_LOG_ON, .session = session, .request = 1,
                                                   .log_on.rep = {name, (uint32_t)size}});
    working_desk_step(desk, &(struct core_command){.kind = COMMAND_SET_REP_STATE, .session = session,
                                                   .set_rep_state.state = REP_AVAILABLE});
}

static const char *no_field(const void *lead, const char *field)
{
    (void)lead;
    (void)field;
    return NULL;
}

void working_desk_publish(struct working_desk *desk)
{
    char id[32], payload[300];
    int size = snprintf(id, sizeof id, "id-%" PRIu64, ++desk->published);

    memset(payload, 'p', sizeof payload);
    working_desk_step(desk, &(struct core_command){.kind = COMMAND_PUBLISH, .session = 1, .request = 1,
        .publish = {.idempotency_id = {id, (uint32_t)size}, .source = {"form", 4}, .content_hash = desk->published, .channel = LW_CHANNEL_WEB,
                    .received_unix_ms = (int64_t)desk->now_ms, .payload = payload, .payload_size = sizeof payload, .read_field = no_field}});
}

static struct working_desk_lead take_one(struct working_desk *desk, struct working_desk_list *list)
{
    struct working_desk_lead *item = &list->items[working_desk_draw(desk, list->count)], taken = *item;

    *item = list->items[--list->count];
    if (desk->options.forgets_rest)
        list->count = 0;
    return taken;
}

static void put_one(struct working_desk_list *list, struct working_desk_lead lead)
{
    if (list->count < WORKING_DESK_LIST_MAX)
        list->items[list->count++] = lead;
}

void working_desk_answer(struct working_desk *desk)
{
    if (desk->offers.count == 0)
        return;
    struct working_desk_lead offer = take_one(desk, &desk->offers);
    bool accept = working_desk_draw(desk, 5) != 0;

    if (accept)
        put_one(&desk->held, offer);
    working_desk_step(desk, &(struct core_command){.kind = COMMAND_ANSWER_OFFER, .session = offer.session, .request = 1,
        .answer_offer = {.lead = offer.lead, .offer_number = offer.offer_number, .accept = accept}});
}

void working_desk_complete(struct working_desk *desk)
{
    char id[48];

    if (desk->held.count == 0)
        return;
    struct working_desk_lead held = take_one(desk, &desk->held);
    int size = snprintf(id, sizeof id, "done-%" PRIu64, held.lead.number);
    working_desk_step(desk, &(struct core_command){.kind = COMMAND_COMPLETE, .session = held.session, .request = 1,
        .complete = {.lead = held.lead, .idempotency_id = {id, (uint32_t)size}, .disposition = {"sold", 4}}});
}

void working_desk_act(struct working_desk *desk)
{
    uint64_t what = working_desk_draw(desk, 10);

    if (what < 4)
        working_desk_publish(desk);
    else if (what < 7)
        working_desk_answer(desk);
    else
        working_desk_complete(desk);
}

static void on_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    batch_put(&((struct working_desk *)context)->batch, kind, bytes, size);
}

static void on_effect(void *context, const struct core_effect *effect)
{
    struct working_desk *desk = context;
    uint64_t told[] = {effect->kind, effect->session, effect->lead.number, effect->to, effect->offer_number, effect->cause, effect->status};
    struct working_desk_lead lead = {effect->lead, effect->offer_number, effect->session};

    desk->effects = siphash_64((struct siphash_key){desk->effects, 0}, told, sizeof told);
    if (effect->kind == EFFECT_OFFER)
        put_one(&desk->offers, lead);
    else if (effect->kind == EFFECT_HOLDING && effect->to == LEAD_ASSIGNED)
        put_one(&desk->held, lead);
}

static void open_core(struct working_desk *desk)
{
    struct core_callbacks callbacks = {desk, on_record, on_effect};
    struct core_limits limits;

    core_limits_default(&limits);
    limits.leads_max = WORKING_DESK_LEADS_MAX;
    limits.seen_max = 5 * WORKING_DESK_LEADS_MAX;
    desk->core = core_new(&limits, &callbacks);
    assert_non_null(desk->core);
}

static lw_status on_load(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    return core_restore(((struct working_desk *)context)->core, kind, bytes, size);
}

static void on_loaded(void *context, uint64_t epoch, uint64_t desk_ms, bool empty)
{
    struct working_desk *desk = context;

    assert_int_equal(core_restore_done(desk->core), LW_OK);
    core_set_epoch(desk->core, epoch);
    desk->epoch = epoch;
    desk->is_empty = empty;
    desk->now_ms = desk_ms > desk->now_ms ? desk_ms : desk->now_ms;
}

static void on_confirmed(void *context, uint64_t ticket)
{
    ((struct working_desk *)context)->confirmed = ticket;
}

static void on_state(void *context, enum store_state state, const char *reason)
{
    if (state == STORE_FAILED)
        print_error("the store failed: %s\n", reason);
    ((struct working_desk *)context)->state = state;
}

static void open_store(struct working_desk *desk)
{
    struct store_options options = {.desk = "sales", .owner = "o", .endpoint = "e", .redis = {{.socket = desk->options.redis->socket}},
                                    .redis_count = 1, .durability = desk->options.durability,
                                    .checkpoint_bytes = desk->options.checkpoint_bytes};
    struct store_callbacks callbacks = {desk, on_load, on_loaded, on_confirmed, on_state, desk->core};

    assert_int_equal(store_open_redis(&options, &callbacks, &desk->store), LW_OK);
}
