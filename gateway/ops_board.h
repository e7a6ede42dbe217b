/* SPDX-License-Identifier: Apache-2.0
 *
 * ops_board - what who runs the desk looks at: open leads, reps, queues, sources, today's numbers and the last day by minutes; kept up to
 * date by the desk's events, its rules and the clock.
 *
 * Pure: no clock, no socket. "Today" is since the local midnight that it is told, or since the board began. Bounds: OPS_LEADS_MAX
 * open leads, OPS_REPS_MAX reps, OPS_QUEUES_MAX queues, OPS_SOURCES_MAX sources; what is beyond is counted in the desk's totals, and
 * has no row. Times are unix milliseconds of the desk. Threads: one owner.
 */
#ifndef OPS_BOARD_H
#define OPS_BOARD_H

#include <leadwire/events.h>
#include <stdbool.h>
#include <stdint.h>

#include "index_table.h"
#include "leadwire/v1/config.pb-c.h"
#include "ops_names.h"
#include "ops_past.h"
#include "ops_times.h"

enum {
    OPS_LEADS_MAX = 200000, OPS_REPS_MAX = 10000, OPS_QUEUES_MAX = 1000, OPS_SOURCES_MAX = 1000, OPS_MISSES_KEPT = 3,
    OPS_MINUTES = 1440, OPS_RATE_MINUTES = 60, OPS_WHY_MAX = 200, OPS_RISK_PERCENT = 80,
};
#define OPS_NONE UINT32_MAX

struct ops_lead {
    char id[LW_LEAD_ID_TEXT_MAX];        /* "": free */
    uint8_t state, channel;              /* lw_lead_state, lw_channel */
    bool was_offered, touched, call_back;
    bool touch_asked;                    /* of who has it: the channel or the lead's rule asks for a first touch */
    uint32_t queue, source, rep, cause;  /* names; cause: of the state, 0 when the board began in it */
    uint32_t queue_row, rep_row;         /* places in the board's lists; OPS_NONE: none */
    uint32_t priority, units;            /* units: that it takes of its rep's capacity now */
    int64_t received_ms, since_ms, deadline_ms;
    char *why;                           /* parked: in words, as the broker explained it; NULL: not asked yet */
};

/* Today's numbers. */
struct ops_rep {
    uint32_t name, label, team;          /* names */
    uint8_t state;                       /* lw_rep_state */
    bool connected, in_rules;
    uint32_t in_hand, capacity;          /* in_hand: units of what is connecting or assigned, by the rows of leads: events of reps tell no load */
    int64_t since_ms;                    /* of the state */
    int64_t counted_ms, on_ms, busy_ms;  /* until when the times are counted: logged on, and with anything in hand */
    uint32_t offered, accepted, completed, declined, missed;
    struct { int64_t at_ms; char lead_id[LW_LEAD_ID_TEXT_MAX]; } misses[OPS_MISSES_KEPT];   /* newest first */
};

struct ops_queue {
    uint32_t name, label;
    bool in_rules;
    int64_t level_ms;                    /* from received to the first offer, as a target; 0: none */
    uint32_t first_offers, in_time;      /* today */
};

struct ops_source {
    uint32_t name;
    uint8_t channel;
    uint32_t published, ended_unserved;  /* today; cancelled or expired */
    uint16_t minutes[OPS_RATE_MINUTES];  /* published, by minute modulo the size */
};

struct ops_minute {
    int64_t at_ms;                       /* its begin; 0: not lived through */
    uint32_t published, accepted, completed, declined, missed, touches;
    uint64_t touch_ms;                   /* of those touches, added up */
    uint32_t waiting, in_hand, parked;   /* at its end */
};

struct ops_board {
    struct ops_names names;
    struct ops_past past;
    struct ops_lead *leads;
    uint32_t lead_count, lead_top, *free_leads, free_count;
    struct index_table lead_index;
    struct siphash_key key;
    struct ops_rep *reps;
    struct ops_queue *queues;
    struct ops_source *sources;
    uint32_t rep_count, queue_count, source_count;
    struct ops_minute *minutes;          /* by minute modulo OPS_MINUTES */
    uint32_t by_state[LW_LEAD_MERGED + 1];
    struct ops_times touches;            /* today: from received to the first touch */
    bool asks_touch[LW_CHANNEL_COUNT];     /* the channel asks for it; elsewhere its rule may, or accepting counts as it */
    uint32_t work_limit_ms;              /* by the rules: the other deadline of a lead that somebody has; 0: none */
    uint32_t weight[LW_CHANNEL_COUNT];   /* units of one lead, by the rules */
    int64_t now_ms, day_begin_ms, began_ms;
    bool live;                           /* the snapshot is complete */
    uint64_t revision;                   /* grows with each change */
};

/* Errors: LW_NO_MEMORY. */
LW_MUST_CHECK lw_status ops_board_init(struct ops_board *board, int64_t now_ms, int64_t midnight_ms);
void ops_board_fini(struct ops_board *board);   /* zeroed: accepted */
/* Time passes, which is no change. midnight_ms: the last local one; another than before, and today's numbers begin at 0. */
void ops_board_tick(struct ops_board *board, int64_t now_ms, int64_t midnight_ms);
void ops_board_note(struct ops_board *board, const struct lw_event *event);
/* By when who has it is to touch it; 0: no first touch is awaited. */
int64_t ops_lead_touch_by_ms(const struct ops_lead *lead);
/* Of the event by which somebody has got a lead: a first touch is asked for, by the channel or by a rule. */
bool ops_board_asks_touch(const struct ops_board *board, const struct lw_event *event);
/* Labels, teams, targets. */
void ops_board_configure(struct ops_board *board, const Leadwire__V1__DeskConfig *config);

/* NULL if it is not open, or has no row. */
struct ops_lead *ops_board_lead(const struct ops_board *board, const char *lead_id);
/* NULL if there is none. */
const struct ops_rep *ops_board_rep(const struct ops_board *board, uint32_t name);
/* Was the lead ever with a rep of this team, as far as the board knows? */
bool ops_board_team_had(const struct ops_board *board, const char *lead_id, uint32_t team);
/* Waits for its first offer, and its queue's target is passed or close. */
bool ops_lead_at_risk(const struct ops_board *board, const struct ops_lead *lead);

#endif
