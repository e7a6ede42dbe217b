/* SPDX-License-Identifier: Apache-2.0 */
#include "broker_metrics.h"

#include <string.h>

#include "net_totals.h"
#include "record.h"
#include "wall_clock.h"

enum { QUEUES_MAX = 1000, QUEUES_EVERY_US = 1000 * 1000, QUEUES_SHARE = 200 };   /* at most one part in so many of the loop's time */

static const struct metric turn = {"leadwire_broker_turn_seconds", METRIC_HISTOGRAM, "A turn of the routing loop.", NULL};
static const struct metric leads = {"leadwire_leads", METRIC_GAUGE, "Open leads by state.", "state"};
static const struct metric events = {"leadwire_lead_events_total", METRIC_COUNTER, "What happened to leads, by cause, since the broker started.", "cause"};
static const struct metric offers = {"leadwire_offer_seconds", METRIC_HISTOGRAM, "From a lead's arrival to its first offer.", "channel"};
static const struct metric touches = {"leadwire_first_touch_seconds", METRIC_HISTOGRAM, "From a lead's arrival to its first touch.", "channel"};
static const struct metric queue_leads = {"leadwire_queue_waiting_leads", METRIC_GAUGE, "Leads that wait, by queue.", "queue"};
static const struct metric queue_oldest = {"leadwire_queue_oldest_seconds", METRIC_GAUGE, "How long the oldest of them has waited.", "queue"};
static const struct metric reps_on = {"leadwire_reps_logged_on", METRIC_GAUGE, "Reps that are logged on.", NULL};
static const struct metric reps_available = {"leadwire_reps_available", METRIC_GAUGE, "Reps that are available.", NULL};
static const struct metric patterns = {"leadwire_rule_patterns_given_up_total", METRIC_COUNTER, "Patterns of rules that took too many steps for a lead, and so did not match it.", NULL};
static const struct metric core_memory = {"leadwire_core_memory_bytes", METRIC_GAUGE, "Memory of the routing core.", NULL};
static const struct metric payloads = {"leadwire_lead_payload_bytes", METRIC_GAUGE, "Bytes of the open leads as they were published.", NULL};
static const struct metric sessions = {"leadwire_sessions", METRIC_GAUGE, "Sessions by role.", "role"};
static const struct metric publisher_answers = {"leadwire_publisher_answers_total", METRIC_COUNTER, "Answers to publishers by status.", "status"};
static const struct metric rep_answers = {"leadwire_rep_answers_total", METRIC_COUNTER, "Answers to reps by status.", "status"};
static const struct metric refused = {"leadwire_refused_frames_total", METRIC_COUNTER, "Frames that broke the protocol or that their sender may not send.", NULL};
static const struct metric held = {"leadwire_held_bytes", METRIC_GAUGE, "Memory of frames that wait until what they say is durable.", NULL};
static const struct metric bound_used = {"leadwire_bound_used", METRIC_GAUGE, "How much of a bound is used.", "bound"};
static const struct metric bound_max = {"leadwire_bound_max", METRIC_GAUGE, "The bound; 0: there is none.", "bound"};
static const struct metric bound_refused = {"leadwire_bound_refused_total", METRIC_COUNTER, "Who was told busy or cut because of a bound; of seen_ids what was forgotten before its time, of seen_bytes leads told busy so that no young id is.", "bound"};
static const struct metric store_state = {"leadwire_store_state", METRIC_GAUGE, "1 for the state that the store is in.", "state"};
static const struct metric warnings = {"leadwire_store_warnings", METRIC_GAUGE, "In how many ways Redis is weaker than the desk asks, or close to its end.", NULL};
static const struct metric troubles = {"leadwire_redis_troubles_total", METRIC_COUNTER, "Troubles with Redis as they were met, by name.", "trouble"};
static const struct metric pending = {"leadwire_store_pending_bytes", METRIC_GAUGE, "Appended to the journal and not confirmed.", NULL};
static const struct metric appended = {"leadwire_journal_appended_bytes_total", METRIC_COUNTER, "Bytes of records that were appended to the journal.", NULL};
static const struct metric resent = {"leadwire_journal_resent_batches_total", METRIC_COUNTER, "Batches that were sent to Redis again.", NULL};
static const struct metric entries = {"leadwire_journal_entries", METRIC_GAUGE, "Entries of the journal since the last checkpoint.", NULL};
static const struct metric checkpoints = {"leadwire_checkpoints_total", METRIC_COUNTER, "Checkpoints that were completed.", NULL};
static const struct metric checkpoint_age = {"leadwire_checkpoint_age_seconds", METRIC_GAUGE, "Since the last checkpoint.", NULL};

static void write_leads(const struct broker_watch *watch, struct byte_buffer *out);
static void write_times(struct byte_buffer *out, const struct metric *metric, const struct metric_histogram *histograms);
static void write_queues(struct broker_watch *watch, uint64_t now_us, struct byte_buffer *out);
static void read_queues(const struct core *core, struct byte_buffer *out);
static void write_edge(const struct net *net, struct byte_buffer *out);
static void write_bounds(const struct net *net, struct byte_buffer *out);
static void write_answers(struct byte_buffer *out, const struct metric *metric, const uint64_t counts[NET_STATUSES]);
static void write_store(const struct store *store, struct byte_buffer *out);

void broker_metrics_write(struct broker_watch *watch, uint64_t now_us, struct byte_buffer *out)
{
    const struct broker *broker = watch->broker;

    metrics_begin(out, &turn);
    metrics_put_histogram(out, &turn, NULL, &watch->turns);
    write_leads(watch, out);
    write_times(out, &offers, watch->offers);
    write_times(out, &touches, watch->touches);
    write_queues(watch, now_us, out);
    write_edge(broker->net, out);
    write_bounds(broker->net, out);
    write_store(broker->store, out);
}

static void write_leads(const struct broker_watch *watch, struct byte_buffer *out)
{
    struct core_totals totals;

    core_totals_read(watch->broker->core, &totals);
    metrics_begin(out, &leads);
    for (int state = LEAD_NONE + 1; state < LEAD_STATES; state++)
        if (!lead_state_is_end((enum lead_state)state))
            metrics_put(out, &leads, lead_state_word((enum lead_state)state), (double)totals.by_state[state]);
    metrics_begin(out, &events);
    for (int cause = 0; cause < BROKER_WATCH_CAUSES; cause++)
        if (*core_cause_word((enum core_cause)cause))
            metrics_put(out, &events, core_cause_word((enum core_cause)cause), (double)watch->events[cause]);
    metrics_put_only(out, &reps_on, totals.reps_connected);
    metrics_put_only(out, &reps_available, totals.reps_available);
    const char *rule;
    metrics_put_only(out, &patterns, (double)core_patterns_given_up(watch->broker->core, &rule));
    metrics_put_only(out, &core_memory, (double)totals.memory_bytes);
    metrics_put_only(out, &payloads, (double)totals.payload_bytes);
}

static void write_times(struct byte_buffer *out, const struct metric *metric, const struct metric_histogram *histograms)
{
    metrics_begin(out, metric);
    for (int channel = LW_CHANNEL_NONE + 1; channel < LW_CHANNEL_COUNT; channel++)
        metrics_put_histogram(out, metric, lw_channel_name((lw_channel)channel), &histograms[channel]);
}

/* The longer it takes the more seldom. */
static void write_queues(struct broker_watch *watch, uint64_t now_us, struct byte_buffer *out)
{
    if (now_us >= watch->queues_due_us) {
        byte_buffer_clear(&watch->queues);
        read_queues(watch->broker->core, &watch->queues);
        uint64_t took_us = wall_clock_monotonic_us() - now_us;
        watch->queues_due_us = now_us + (took_us * QUEUES_SHARE > QUEUES_EVERY_US ? took_us * QUEUES_SHARE : QUEUES_EVERY_US);
    }
    if (!watch->queues.failed)
        byte_buffer_put(out, watch->queues.data, watch->queues.size);
}

static void read_queues(const struct core *core, struct byte_buffer *out)
{
    static struct core_queue_view views[QUEUES_MAX];
    uint32_t count = core_queues_read(core, views, QUEUES_MAX);
    struct metric_rest rest = {.takes_largest = false};

    count = count < QUEUES_MAX ? count : QUEUES_MAX;
    metrics_begin(out, &queue_leads);
    for (uint32_t i = 0; i < count; i++)
        metrics_put_bounded(out, &queue_leads, &rest, views[i].queue, (double)views[i].waiting);
    metrics_put_rest(out, &queue_leads, &rest);
    rest = (struct metric_rest){.takes_largest = true};
    metrics_begin(out, &queue_oldest);
    for (uint32_t i = 0; i < count; i++)
        metrics_put_bounded(out, &queue_oldest, &rest, views[i].queue, (double)views[i].oldest_age_ms / 1000);
    metrics_put_rest(out, &queue_oldest, &rest);
}

static void write_edge(const struct net *net, struct byte_buffer *out)
{
    struct net_totals totals;

    net_totals_read(net, &totals);
    metrics_begin(out, &sessions);
    metrics_put(out, &sessions, "publisher", totals.publishers);
    metrics_put(out, &sessions, "rep", totals.reps);
    metrics_put(out, &sessions, "control", totals.controls);
    write_answers(out, &publisher_answers, totals.publisher_answers);
    write_answers(out, &rep_answers, totals.rep_answers);
    metrics_put_only(out, &refused, (double)totals.refused_frames);
    metrics_put_only(out, &held, (double)totals.held_bytes);
}

static void write_bounds(const struct net *net, struct byte_buffer *out)
{
    struct net_bound bounds[NET_BOUNDS_MAX];
    uint32_t count = net_bounds_read(net, bounds);

    metrics_begin(out, &bound_used);
    for (uint32_t i = 0; i < count; i++)
        metrics_put(out, &bound_used, bounds[i].name, (double)bounds[i].used);
    metrics_begin(out, &bound_max);
    for (uint32_t i = 0; i < count; i++)
        metrics_put(out, &bound_max, bounds[i].name, (double)bounds[i].max);
    metrics_begin(out, &bound_refused);
    for (uint32_t i = 0; i < count; i++)
        metrics_put(out, &bound_refused, bounds[i].name, (double)bounds[i].refused_total);
}

static void write_answers(struct byte_buffer *out, const struct metric *metric, const uint64_t counts[NET_STATUSES])
{
    metrics_begin(out, metric);
    for (unsigned status = 1; status < NET_STATUSES; status++)
        metrics_put(out, metric, net_status_word(status), (double)counts[status]);
}

static void write_store(const struct store *store, struct byte_buffer *out)
{
    const char *const *texts;
    struct store_totals totals = {0};

    store_totals_read(store, &totals);
    metrics_begin(out, &store_state);
    for (int state = STORE_CLAIMING; state <= STORE_FAILED; state++)
        metrics_put(out, &store_state, store_state_name((enum store_state)state), (int)store_state_read(store) == state);
    metrics_put_only(out, &warnings, (double)store_warnings(store, &texts));
    metrics_begin(out, &troubles);
    for (int kind = 0; kind < STORE_TROUBLE_COUNT; kind++)
        metrics_put(out, &troubles, store_trouble_word((enum store_trouble_kind)kind), (double)store_troubles(store)[kind]);
    metrics_put_only(out, &pending, (double)store_pending_bytes(store));
    metrics_put_only(out, &appended, (double)totals.appended_bytes);
    metrics_put_only(out, &resent, (double)totals.resent_batches);
    metrics_put_only(out, &entries, (double)totals.journal_entries);
    metrics_put_only(out, &checkpoints, (double)totals.checkpoints);
    metrics_put_only(out, &checkpoint_age, (double)totals.checkpoint_age_ms / 1000);
}
