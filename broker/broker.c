/* SPDX-License-Identifier: Apache-2.0
 *
 *   clocks -> store -> collect -> timers -> append -> store -> release
 *
 * The store is stepped before, to learn whether it is there, and after, so that an idle desk answers after one
 * round trip. Nothing is stepped while the store is away or will not take what was decided: then there is nothing to take back.
 */
#include "broker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash_point.h"
#include "local_day.h"
#include "lw_log.h"
#include "wall_clock.h"

enum {
    PENDING_STOPS_PUBLISHERS = 2 * 1024 * 1024,   /* for a while, then they are told busy: broker/net/admission.h */
    PENDING_STOPS_REPS = 6 * 1024 * 1024,      /* what reps say frees capacity and ends leads: it is read longer */
    STOP_WITHIN_MS = 5000,
    RELEASE_CLAIM_MS = 500,
    SLEEP_MAX_MS = 60 * 1000,
    PATTERN_WARNINGS_MS = 60 * 1000,
};

static lw_status open_store(struct broker *broker, char *why);
static void read_clocks(struct broker *broker);
static void begin_serving(struct broker *broker);
static void announce(struct broker *broker);
static void serve_turn(struct broker *broker);
static void stopping_turn(struct broker *broker);
static bool watch_store(struct broker *broker);
static void begin_net_turn(struct broker *broker);
static void step(struct broker *broker, enum core_command_kind kind);
static void append(struct broker *broker);
static void warn_of_patterns(struct broker *broker);
static void end(struct broker *broker, int exit_code);

static void on_record(void *context, enum record_kind kind, const void *bytes, size_t size);
static void on_effect(void *context, const struct core_effect *effect);
static lw_status on_load(void *context, enum record_kind kind, const void *bytes, size_t size);
static void on_loaded(void *context, uint64_t epoch, uint64_t desk_ms, bool empty);
static void on_confirmed(void *context, uint64_t ticket);
static void on_state_changed(void *context, enum store_state state, const char *reason);
static void on_step(void *context, const struct core_command *command);
static void on_read_store(void *context, struct net_store_view *out);
static void on_half_released(void *context);

/* ---- opening and closing ---- */

lw_status broker_open(struct broker *broker, struct broker_options *options, struct run_dir *run_dir, int signal_fd, char *why)
{
    struct core_callbacks core_callbacks = {.context = broker, .record = on_record, .effect = on_effect};
    struct net_callbacks net_callbacks = {.context = broker, .step = on_step, .read_store = on_read_store,
                                          .half_released = on_half_released};

    *broker = (struct broker){.options = options, .run_dir = run_dir, .signal_fd = signal_fd, .exit_code = BROKER_EXIT_FAILED};
    commit_init(&broker->commit);
    commit_joiner_init(&broker->joiner);
    read_clocks(broker);
    broker->core = core_new(&options->limits, &core_callbacks);
    lw_status status = broker->core ? LW_OK : LW_NO_MEMORY;
    if (status != LW_OK)
        snprintf(why, NET_WHY_MAX, "out of memory");
    if (status == LW_OK)
        status = net_open(&options->net, &net_callbacks, broker->core, &broker->net, why);
    if (status == LW_OK)
        status = open_store(broker, why);
    if (status != LW_OK)
        broker_close(broker);
    return status;
}

void broker_close(struct broker *broker)
{
    net_close(&broker->net);
    store_close(&broker->store);
    core_free(broker->core);
    broker->core = NULL;
    commit_fini(&broker->commit);
    commit_joiner_fini(&broker->joiner);
}

static lw_status open_store(struct broker *broker, char *why)
{
    const struct store_options *options = &broker->options->store;
    struct store_callbacks callbacks = {.context = broker, .load = on_load, .loaded = on_loaded, .confirmed = on_confirmed,
                                        .state_changed = on_state_changed, .core = broker->core};
    lw_status status = broker->options->is_ephemeral ? store_open_memory(options, &callbacks, &broker->store)
                                                     : store_open_redis(options, &callbacks, &broker->store);
    if (status != LW_OK)
        snprintf(why, NET_WHY_MAX, "the store cannot be opened: %s%s", lw_status_text(status),
                 options->redis_password_file ? " (is the password file there, and its owner's alone?)" : "");
    return status;
}

/* ---- turns ---- */

void broker_turn(struct broker *broker)
{
    read_clocks(broker);
    store_step(broker->store, broker->monotonic_ms);
    if (!watch_store(broker))
        return;
    switch (broker->phase) {
    case BROKER_CLAIMING: begin_serving(broker); break;
    case BROKER_SERVING:
        serve_turn(broker);
        warn_of_patterns(broker);
        break;
    case BROKER_STOPPING: stopping_turn(broker); break;
    case BROKER_OVER: break;
    }
}

/* poll(2) and zmq_poll number their events differently. */
static short zmq_events(short events)
{
    return (short)((events & POLLIN ? ZMQ_POLLIN : 0) | (events & POLLOUT ? ZMQ_POLLOUT : 0));
}

void broker_wait(struct broker *broker)
{
    zmq_pollitem_t items[NET_POLL_ITEMS + 2];
    bool is_netless = broker->phase == BROKER_STOPPING, has_more = false;
    int count = is_netless ? 0 : net_poll_items(broker->net, items, &has_more);
    uint64_t wait_ms = SLEEP_MAX_MS;
    uint64_t store_ms = store_next_ms(broker->store);
    bool is_stepping = broker->phase == BROKER_SERVING && !broker->is_away && !commit_is_waiting(&broker->commit);

    bool may_go_on = broker->is_outrun && !store_is_outrun(broker->store);
    if (has_more || broker->messages >= NET_TURN_MESSAGES_MAX || may_go_on)
        wait_ms = 0;             /* yet polled: the next turn reads who is known to have something */
    if (broker->phase == BROKER_SERVING && net_wait_ms(broker->net) < wait_ms)
        wait_ms = net_wait_ms(broker->net);
    if (broker->wake_by_ms != 0 && broker->wake_by_ms < broker->monotonic_ms + wait_ms)
        wait_ms = broker->wake_by_ms > broker->monotonic_ms ? broker->wake_by_ms - broker->monotonic_ms : 0;
    if (store_ms != UINT64_MAX && (store_ms > broker->monotonic_ms ? store_ms - broker->monotonic_ms : 0) < wait_ms)
        wait_ms = store_ms > broker->monotonic_ms ? store_ms - broker->monotonic_ms : 0;
    if (is_stepping && core_next_deadline_ms(broker->core) != UINT64_MAX) {
        uint64_t deadline_ms = core_next_deadline_ms(broker->core);
        uint64_t left_ms = deadline_ms > broker->now_ms ? deadline_ms - broker->now_ms : 0;
        wait_ms = left_ms < wait_ms ? left_ms : wait_ms;
    }
    if (broker->phase == BROKER_STOPPING && wait_ms > 10)
        wait_ms = 10;
    items[count++] = (zmq_pollitem_t){.fd = broker->signal_fd, .events = ZMQ_POLLIN};
    if (store_fd(broker->store) >= 0)
        items[count++] = (zmq_pollitem_t){.fd = store_fd(broker->store), .events = zmq_events(store_events(broker->store))};
    (void)zmq_poll(items, count, (long)wait_ms);
    if (!is_netless)
        net_polled(broker->net, items);
}

void broker_stop(struct broker *broker)
{
    if (broker->phase == BROKER_CLAIMING) {       /* it may be ours already: whoever comes next need not wait for its lease */
        store_release_claim(broker->store, RELEASE_CLAIM_MS);
        end(broker, BROKER_EXIT_STOPPED);
        return;
    }
    if (broker->phase != BROKER_SERVING)
        return;
    log_info("stopping: %llu batches are unconfirmed", (unsigned long long)store_pending(broker->store));
    broker->phase = BROKER_STOPPING;
    broker->messages = 0;
    broker->stop_by_ms = wall_clock_monotonic_ms() + STOP_WITHIN_MS;
}

void broker_reload(struct broker *broker)
{
    net_reload_secrets(broker->net);
}

static void read_clocks(struct broker *broker)
{
    broker->wall_ms = wall_clock_unix_ms();
    broker->monotonic_ms = wall_clock_monotonic_ms();
    if (broker->phase != BROKER_CLAIMING)
        broker->now_ms = desk_clock_now(&broker->clock, broker->wall_ms, broker->monotonic_ms);
}

/* Reps' numbers are of the day that people have where the broker runs. */
static void follow_day(struct broker *broker)
{
    if (broker->wall_ms >= broker->day_begin_ms && broker->wall_ms < broker->day_end_ms)
        return;
    local_day_of(broker->wall_ms, &broker->day_begin_ms, &broker->day_end_ms);
    core_set_day(broker->core, (uint64_t)broker->day_begin_ms);
}

/* Once the store has loaded the desk: found it if it is new, give everybody fresh deadlines, open the doors. */
static void begin_serving(struct broker *broker)
{
    enum store_state state = store_state_read(broker->store);
    char why[NET_WHY_MAX];

    if (!broker->is_loaded || (state != STORE_READY && state != STORE_FULL))      /* full: what is under way still passes */
        return;
    if (!broker->is_restored) {
        log_error("the desk cannot be restored from its records");
        end(broker, BROKER_EXIT_FAILED);
        return;
    }
    core_set_epoch(broker->core, broker->epoch);
    uint64_t last_ms = core_now_ms(broker->core) > broker->loaded_desk_ms ? core_now_ms(broker->core) : broker->loaded_desk_ms;
    desk_clock_start(&broker->clock, last_ms, broker->wall_ms, broker->monotonic_ms);
    broker->now_ms = desk_clock_now(&broker->clock, broker->wall_ms, broker->monotonic_ms);
    broker->phase = BROKER_SERVING;
    follow_day(broker);
    begin_net_turn(broker);
    if (net_bind(broker->net, broker->epoch, why) != LW_OK) {
        log_error("%s", why);
        end(broker, BROKER_EXIT_FAILED);
        return;
    }
    if (broker->is_empty)
        step(broker, COMMAND_FOUND_DESK);
    step(broker, COMMAND_SERVICE_RESUMED);
    append(broker);
    announce(broker);
}

static void announce(struct broker *broker)
{
    char addresses[RUN_DIR_STATUS_MAX];
    int fd = broker->options->ready_fd;

    net_write_addresses(broker->net, addresses, sizeof addresses);
    if (run_dir_write_status(broker->run_dir, broker->options->store.desk, broker->epoch, addresses) != LW_OK)
        log_warning("the status file cannot be written: %s", strerror(errno));
    log_info("serving desk=%s epoch=%llu durability=%s%s", broker->options->store.desk, (unsigned long long)broker->epoch,
             broker->options->net.durability, broker->is_empty ? " (a new desk)" : "");
    if (fd >= 0) {
        if (write(fd, "serving\n", 8) != 8)
            log_warning("nobody reads --ready-fd");
        close(fd);
        broker->options->ready_fd = -1;     /* once: the number may be another file's next time */
    }
}

static void serve_turn(struct broker *broker)
{
    bool was_away = broker->is_away;

    /* Back is back only when what was decided before has gone, so that the turn may step. */
    broker->is_away = store_state_read(broker->store) == STORE_AWAY || (was_away && commit_is_waiting(&broker->commit));
    if (!was_away && broker->is_away)
        desk_clock_stall(&broker->clock, broker->wall_ms, broker->monotonic_ms);
    if (was_away && !broker->is_away)
        desk_clock_resume(&broker->clock, broker->monotonic_ms);

    follow_day(broker);
    net_release(broker->net, broker->confirmed);     /* who waits for it need not wait for what came since */
    begin_net_turn(broker);
    if (was_away && !broker->is_away)
        net_handle_parked(broker->net);
    broker->messages = net_collect(broker->net);
    if (was_away && !broker->is_away)
        step(broker, COMMAND_SERVICE_RESUMED);       /* after what waited, before any timer */
    if (!broker->is_away && !commit_is_waiting(&broker->commit) && core_next_deadline_ms(broker->core) <= broker->now_ms)
        step(broker, COMMAND_TIME);
    append(broker);
    store_step(broker->store, broker->monotonic_ms);
    if (watch_store(broker))
        net_release(broker->net, broker->confirmed);
}

/* What was decided is still made durable and told; then everybody is told that we go. A store that is away may come back in time, to take the
 * claim back. */
static void stopping_turn(struct broker *broker)
{
    append(broker);
    store_step(broker->store, broker->monotonic_ms);
    if (!watch_store(broker))
        return;
    net_send_on(broker->net);
    net_release(broker->net, broker->confirmed);
    bool is_told = store_pending(broker->store) == 0 && !commit_is_waiting(&broker->commit);
    bool is_away = store_state_read(broker->store) == STORE_AWAY;
    if ((!is_told || is_away) && broker->monotonic_ms < broker->stop_by_ms)
        return;
    if (is_away)
        log_warning("stopped while the store is away: whoever comes next waits until our lease has ended");
    if (!is_told)
        log_warning("stopped with %llu unconfirmed batches: nobody was told of them", (unsigned long long)store_pending(broker->store));
    net_say_bye(broker->net, "shutdown");
    store_release_claim(broker->store, RELEASE_CLAIM_MS);
    log_info("stopped");
    end(broker, BROKER_EXIT_STOPPED);
}

/* False when the claim is over. */
static bool watch_store(struct broker *broker)
{
    enum store_state state = store_state_read(broker->store);

    if (state == STORE_FENCED) {
        log_error("the desk is served here no longer: %s", store_state_reason(broker->store));
        end(broker, BROKER_EXIT_FENCED);
    } else if (state == STORE_FAILED) {
        log_error("the store failed: %s", store_state_reason(broker->store));
        end(broker, BROKER_EXIT_FAILED);
    }
    return broker->phase != BROKER_OVER;
}

static void begin_net_turn(struct broker *broker)
{
    bool is_blocked = commit_is_waiting(&broker->commit) || net_is_full(broker->net);
    uint64_t pending = store_pending_bytes(broker->store);

    /* To publishers it is as if that much were unconfirmed: they wait, and soon are told busy. What reps do ends leads. */
    broker->is_outrun = store_is_outrun(broker->store);
    if (broker->is_outrun && pending < PENDING_STOPS_PUBLISHERS)
        pending = PENDING_STOPS_PUBLISHERS;
    struct net_turn turn = {
        .desk_ms = broker->now_ms,
        .monotonic_ms = broker->monotonic_ms,
        .is_away = broker->is_away,
        .takes_publishes = store_accepts_publishes(broker->store),
        .reads_publishers = broker->is_away || (!is_blocked && pending < PENDING_STOPS_PUBLISHERS),
        .reads_reps = broker->is_away || (!is_blocked && pending < PENDING_STOPS_REPS),
        .unconfirmed_bytes = pending,
    };
    net_begin(broker->net, &turn);
}

static void step(struct broker *broker, enum core_command_kind kind)
{
    struct core_command command = {.kind = kind};

    if (kind == COMMAND_FOUND_DESK)
        random_bytes(&command.found_desk.fingerprint_key, sizeof command.found_desk.fingerprint_key);
    core_step(broker->core, &command, broker->now_ms);
}

/* Once a minute at most: a text that a pattern chokes on may come as often as its writer likes. */
static void warn_of_patterns(struct broker *broker)
{
    const char *rule;
    uint64_t given_up = core_patterns_given_up(broker->core, &rule);

    if (given_up == broker->patterns_given_up || broker->monotonic_ms < broker->patterns_warn_from_ms)
        return;
    log_warning("a pattern of rule '%s' took too many steps and counted as not matching times=%llu", rule,
                (unsigned long long)(given_up - broker->patterns_given_up));
    broker->patterns_given_up = given_up;
    broker->patterns_warn_from_ms = broker->monotonic_ms + PATTERN_WARNINGS_MS;
}

/* The turn's effects wait for its last piece, or, without records, for whatever was appended before. */
static void append(struct broker *broker)
{
    lw_status status = commit_append(&broker->commit, broker->store, broker->now_ms);

    if (status == LW_OK)
        net_seal(broker->net, broker->commit.ticket);
}

static void end(struct broker *broker, int exit_code)
{
    broker->phase = BROKER_OVER;
    broker->exit_code = exit_code;
}

/* ---- what core, store and net call ---- */

static void on_record(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    commit_add(&((struct broker *)context)->commit, kind, bytes, size);
}

static void on_effect(void *context, const struct core_effect *effect)
{
    struct broker *broker = context;

    if (broker->watch_effect)
        broker->watch_effect(broker->watch_context, effect);
    net_effect(broker->net, effect);
}

static lw_status on_load(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    struct broker *broker = context;

    return commit_restore(&broker->joiner, broker->core, kind, bytes, size);
}

static void on_loaded(void *context, uint64_t epoch, uint64_t desk_ms, bool empty)
{
    struct broker *broker = context;

    broker->is_loaded = true;
    broker->is_restored = core_restore_done(broker->core) == LW_OK;      /* now: a checkpoint may begin when we return */
    broker->epoch = epoch;
    broker->loaded_desk_ms = desk_ms;
    broker->is_empty = empty;
}

static void on_confirmed(void *context, uint64_t ticket)
{
    ((struct broker *)context)->confirmed = ticket;
}

static void on_state_changed(void *context, enum store_state state, const char *reason)
{
    bool is_trouble = state == STORE_AWAY || state == STORE_FULL || state == STORE_FENCED || state == STORE_FAILED;

    (void)context;
    lw_log(is_trouble ? LW_LOG_WARNING : LW_LOG_INFO, "store is %s%s%s", store_state_name(state), *reason ? ": " : "", reason);
}

static void on_step(void *context, const struct core_command *command)
{
    struct broker *broker = context;

    core_step(broker->core, command, broker->now_ms);
}

static void on_read_store(void *context, struct net_store_view *out)
{
    struct broker *broker = context;
    struct store_totals totals = {0};

    const char *const *warnings;
    size_t warning_count = store_warnings(broker->store, &warnings);

    store_totals_read(broker->store, &totals);
    *out = (struct net_store_view){
        .state = store_state_name(store_state_read(broker->store)),
        .reason = store_state_reason(broker->store),
        .durability_in_force = store_durability_in_force(broker->store),
        .warnings = warnings,
        .warning_count = warning_count,
        .journal_entries = totals.journal_entries,
        .turns = turn_times_read(&broker->turns),
        .checkpoint_age_ms = totals.checkpoint_age_ms,
        .checkpoint_slices = totals.checkpoint_slices,
        .long_checkpoint_slices = totals.long_checkpoint_slices,
        .checkpoint_slice_max_us = totals.checkpoint_slice_max_us,
    };
}

static void on_half_released(void *context)
{
    (void)context;
    crash_point("release.half");
}
