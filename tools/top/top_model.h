/* SPDX-License-Identifier: Apache-2.0
 *
 * top_model - a desk as `leadwire top` knows it: queues, reps, channels, broker.
 *
 * Fed by the event stream with its snapshot (lw_events), by status replies and by the rules in force. Holds names of queues
 * and reps and ids of leads, nothing of whom they are about. Times are the desk's, unless said otherwise; so `now` is what
 * the last status reply said and the time since. Threads: one owner.
 */
#ifndef TOP_MODEL_H
#define TOP_MODEL_H

#include <leadwire/events.h>
#include <stdbool.h>
#include <stdint.h>

#include "leadwire/v1/control.pb-c.h"
#include "top_leads.h"
#include "top_names.h"

enum {
    TOP_QUEUES_MAX = 4096, TOP_REPS_MAX = 65535,
    TOP_SLOT_MS = 10000, TOP_SLOTS = 90,               /* arrivals are counted for 15 minutes */
    TOP_RISK_PERCENT = 75,                             /* of the service level: at risk from then on */
    TOP_WARNINGS_MAX = 4, TOP_TEXT_SIZE = 64, TOP_WARNING_SIZE = 200,
};

struct top_queue {
    uint32_t service_level_ms;      /* by the clock; 0: none, or it counts in working hours only */
    /* by top_model_count */
    uint64_t waiting, offered, in_hand, late, at_risk;   /* late ones are not at risk any more */
    int64_t oldest_unix_ms;         /* of those that wait; 0: none */
};

struct top_rep {
    bool is_known;                  /* in the snapshot or an event */
    lw_rep_state state;
    bool connected;
    uint32_t capacity;
    uint32_t load;                  /* by top_model_count: of what they have and are offered, by the channels' weights */
    const char *last_act;           /* in words; NULL: none since we watch */
    int64_t last_act_unix_ms;
};

struct top_channel {
    uint32_t weight;                /* by the rules */
    uint64_t open, waiting;         /* by top_model_count */
    int64_t last_slot;              /* the slot that was counted in last: time divided by TOP_SLOT_MS */
    uint32_t arrived[TOP_SLOTS];
};

struct top_broker {
    bool is_known;                  /* a status was read once */
    char desk[TOP_NAME_SIZE], version[TOP_TEXT_SIZE], store_state[TOP_TEXT_SIZE], durability[TOP_TEXT_SIZE];
    char warnings[TOP_WARNINGS_MAX][TOP_WARNING_SIZE];
    size_t warning_count;
    uint32_t config_version;
    uint64_t epoch, uptime_ms, memory_bytes, journal_entries, checkpoint_age_ms, publishers, reps_on, reps_available;
    uint64_t waiting, offered, connecting, assigned, parked, scheduled, published_total, completed_total;
    int64_t now_unix_ms;
    uint64_t read_at_ms;            /* by our monotonic clock */
};

struct top_model {
    struct top_names queue_names, rep_names;
    struct top_queue *queues;       /* by index of queue_names */
    struct top_rep *reps;           /* by index of rep_names */
    uint32_t queue_room, rep_room;
    struct top_channel channels[LW_CHANNEL_COUNT];
    struct top_leads leads;
    struct top_broker broker;
    bool is_live;                   /* the snapshot is complete, and events come */
    bool needs_rules;               /* other rules are in force than those that were taken */
    int64_t watched_since_unix_ms;  /* arrivals are counted since then; 0: not yet */
};

/* False without memory. */
bool top_model_init(struct top_model *model);
void top_model_fini(struct top_model *model);
/* wall_unix_ms: for events that tell no time. */
void top_model_take_event(struct top_model *model, const struct lw_event *event, int64_t wall_unix_ms);
void top_model_take_status(struct top_model *model, const Leadwire__V1__StatusReply *status, uint64_t now_ms);
/* Service levels of queues, weights of channels. */
void top_model_take_rules(struct top_model *model, const Leadwire__V1__ConfigReply *rules);
/* The desk's time; our own while no status was read. */
int64_t top_model_now(const struct top_model *model, uint64_t now_ms);
/* Counts open leads by queue, channel and rep, as of then. */
void top_model_count(struct top_model *model, int64_t now_unix_ms);
/* How many arrived on the channel in the last slots. */
uint64_t top_model_arrived(const struct top_model *model, lw_channel channel, int64_t now_unix_ms, uint32_t slots);

#endif
