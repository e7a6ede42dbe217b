/* SPDX-License-Identifier: Apache-2.0
 *
 * core_config - the rules of a desk as the core uses them.
 *
 * Plain tables with names; the core gives skills, reps and queues stable numbers of its own when
 * it takes a configuration over. Who builds one (from YAML or the wire)
 * allocates it with core_config_new and fills it through the add functions, which copy.
 * core_config_check judges the whole; the core takes only what passed.
 *
 * A skill, a language and a territory are alike to the core: abilities with levels, in one table
 * of names. A skill's is its own, a language's "language:de", a territory's "territory:lazio".
 * "language:other" and "territory:other" stand for those that neither a rep nor a rule names.
 * Threads: one owner.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include <leadwire/lead.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONFIG_SKILLS_MAX = 512,         /* languages and territories counted */
    CONFIG_REPS_MAX = 10000,
    CONFIG_RULES_MAX = 1000,
    CONFIG_REQUIRE_MAX = 10,         /* required skills of one rule, its language and its territory */
    CONFIG_PREFER_MAX = 8,           /* preferred skills of one rule */
    CONFIG_REP_SKILLS_MAX = 128,     /* languages and territories counted */
    CONFIG_TEAMS_OF_RULE_MAX = 8,    /* with those that its relaxation adds */
    CONFIG_TEAMS_MAX = 256,          /* with working hours */
    CONFIG_OPEN_MAX = 2048,          /* intervals of one team */
    CONFIG_DAYS_MAX = 512,           /* of one team */
    CONFIG_CAP_MAX = 10000,          /* leads */
    CONFIG_CAP_SOURCES_MAX = 8,      /* of one rep */
    CONFIG_TEAM_CAP_MAX = 1000000,   /* leads of a day, of a team */
    CONFIG_TEAM_SHARE_MAX = 99,      /* in a hundred */
    CONFIG_RELAX_MAX = 8,            /* steps of one rule */
    CONFIG_PREDICATES_MAX = 16,      /* of one rule */
    CONFIG_VALUES_MAX = 64,          /* of one predicate */
    CONFIG_DISPOSITIONS_MAX = 64,
    CONFIG_DECLINE_REASONS_MAX = 16,
    CONFIG_RETRY_FACTOR_MAX = 10,
    CONFIG_CALL_BACKS_MAX = 1000,
    CONFIG_ADDRESSES_MAX = 16,       /* of one kind of nobody */
    CONFIG_NOBODY_MIN_MS = 1000,
    CONFIG_NOBODY_MAX_MS = 24 * 3600 * 1000,
    CONFIG_OPENING_TEAMS_MAX = 8,
    CONFIG_OPENING_MIN_MS = 1000,
    CONFIG_OPENING_MAX_MS = 24 * 3600 * 1000,
    CONFIG_QUEUES_MAX = 1000,
    CONFIG_TIER_MAX = 100,
    CONFIG_SHARE_MAX = 100,
    CONFIG_SHARE_DEFAULT = 10,
    CONFIG_ABSENT_LEADS_MAX = 1000,
    CONFIG_CAPACITY_MAX = 1000,
    CONFIG_WEIGHT_MAX = 1000,
    CONFIG_PRIORITY_MAX = 200,       /* rule's 0-100 plus channel's 0-100 */
    CONFIG_LEVEL_MAX = 10,
    CONFIG_WEIGH_MAX = 1000,         /* points of one term of urgency */
    CONFIG_OWNER_MAX_MS = 24 * 3600 * 1000,
    CONFIG_FIRST_TOUCH_MAX_MS = 7 * 24 * 3600 * 1000,
    CONFIG_OFFER_TO_MAX = 16,        /* reps who are offered a lead at once */
    CONFIG_OFFER_TO_DEFAULT = 3,     /* by policy broadcast */
    CONFIG_VALUE_MAX = 1000000,
    CONFIG_RATE_MAX = 1000,          /* wins in a thousand leads */
    CONFIG_RATES_MAX = 16,           /* of one rep */
    CONFIG_HALF_LIFE_MAX_MS = 24 * 3600 * 1000,
    CONFIG_TEXT_MAX = 511,           /* a team, device, field or value; names: LW_NAME_MAX */
};
#define CONFIG_WINDOW_MAX_MS (366ull * 24 * 3600 * 1000)     /* how long a person may be remembered */
#define CONFIG_SERVICE_LEVEL_MAX_MS (30ull * 24 * 3600 * 1000)
#define CONFIG_RETRY_MAX_MS (7 * 24 * 3600 * 1000)
#define CONFIG_SCHEDULE_MAX_MS (366ull * 24 * 3600 * 1000)   /* how far ahead a lead may be scheduled */


enum config_predicate_kind {         /* numbers as leadwire.v1.PredicateKind */
    CONFIG_EQUALS = 1, CONFIG_PREFIX, CONFIG_CONTAINS, CONFIG_EXISTS, CONFIG_MISSING, CONFIG_AT_LEAST, CONFIG_AT_MOST,
    CONFIG_REGEX,
};

struct config_skill_level { uint32_t skill; uint8_t level; };   /* skill: index in skills[] */

/* Kinds of abilities, by the beginning of their names. */
enum ability_kind { ABILITY_SKILL, ABILITY_LANGUAGE, ABILITY_TERRITORY };
enum { ABILITY_NAME_MAX = LW_NAME_MAX };   /* with its "language:" or "territory:" */
enum ability_kind ability_kind_of(const char *name);
/* "language:de" of "de-AT", "territory:lazio" of "Lazio"; "language:other" of what cannot be one. False: the value is empty. */
bool ability_name_write(enum ability_kind kind, const char *value, char name[ABILITY_NAME_MAX + 1]);

/* A language or territory that the lead itself names. field NULL: not asked for. */
struct config_own_need { char *field; uint8_t level; };

struct config_channel {
    bool enabled;
    uint32_t weight, priority;
    uint32_t offer_timeout_ms, wait_limit_ms, wrap_up_ms, connect_timeout_ms;
    bool call_back_when_abandoned;   /* calls: a caller who hangs up is called back; else the lead is cancelled */
    uint32_t first_touch_ms;         /* a rep who has a lead is to touch it within; 0: not asked for */
    uint32_t nudge_percent;          /* of that time, after which the rep is reminded; 0: never */
    uint8_t interrupts;              /* bits of the channels, 1 << channel, that a rep may be working on when one of this comes; see interrupt.h */
};

/* Of a thousand leads of a queue the rep wins so many. */
struct config_rate { char *queue; uint32_t rate; };

/* How many leads a rep gets at most; 0: no cap. A day is one of the rep's team. */
struct config_caps {
    uint32_t per_hour, per_day;
    struct { char *source; uint32_t most; } sources[CONFIG_CAP_SOURCES_MAX];   /* in a day */
    uint32_t source_count;
};

struct config_rep {
    char *name, *team, *device;
    uint32_t capacity;
    struct config_skill_level skills[CONFIG_REP_SKILLS_MAX];
    uint32_t skill_count;
    uint32_t tier;                   /* for top_down: lower first */
    uint32_t share;                  /* for weighted; 1 or more, CONFIG_SHARE_DEFAULT if not set */
    struct config_rate *rates;       /* for best_pair, where it is known; else it follows from levels */
    uint32_t rate_count;
    struct config_caps *caps;        /* NULL: none */
    uint32_t reserve;                /* units beyond the capacity, only for what interrupts */
};

/* What makes a lead of a queue urgent, in points; see urgency.h. */
struct config_order {
    uint32_t priority;               /* for each step of priority */
    uint32_t slack;                  /* gained by waiting the service level once */
    uint32_t value;                  /* for each 1000 of the lead's value */
    uint32_t age;                    /* for each hour of waiting */
    uint32_t service_level_ms;       /* from received to the first offer, as a target; 0: none */
    uint32_t age_cap_ms;             /* who waited longer goes before all who did not; 0: none */
    char *hours_of;                  /* team in whose working hours waiting counts; "": always */
};

/* What differs from the desk's in one queue. Queues need not be here: rules name them. */
struct config_queue {
    char *name, *policy;             /* policy "": the desk's */
    struct config_order *order;      /* NULL: the desk's */
    bool is_pulled;                  /* its leads are offered to nobody: reps take them from the shared list */
    uint32_t offer_to;               /* for broadcast: so many reps at once; 0: CONFIG_OFFER_TO_DEFAULT */
    uint32_t half_life_ms;           /* for best_pair: a lead that waits is worth half after so long; 0: always the same */
};

/* [open, close), unix ms. */
struct config_interval { uint64_t open_ms, close_ms; };

/* A team of which more is said than its reps: hours, days, limits, outsourced. One without hours is always open. The
 * intervals are in order and do not touch; days begin in order. */
struct config_team {
    char *name;
    struct config_interval *open;
    uint32_t open_count;
    uint64_t *days;                  /* when they begin; behind the last come days of 24 hours */
    uint32_t day_count;
    uint32_t daily_cap;              /* its reps together get so many leads of a day at most; 0: any number */
    uint32_t daily_share;            /* and so many of a hundred that the desk takes in that day; 0: all */
    bool outsourced;                 /* asked only where a rule or a step of it names the team; sees whom a lead is about once accepted */
};

struct config_predicate {
    char *field;
    enum config_predicate_kind kind;
    char **values;
    struct pattern **patterns;       /* of a regex: the values, compiled; see pattern.h */
    uint32_t value_count;
};

/* What a lead of a rule no longer asks for when it has waited so long. Each step asks for less than the one before. */
struct config_relax_step {
    uint32_t after_ms;               /* since the lead began to wait */
    bool drop_language, drop_territory, drop_teams;
    struct config_skill_level lower[CONFIG_REQUIRE_MAX];   /* level 0: not asked for any more */
    uint32_t lower_count;
    char *teams[CONFIG_TEAMS_OF_RULE_MAX];                 /* theirs may take it too */
    uint32_t team_count;
    uint32_t offer_to;                                     /* from then on it is offered to so many at once; 0: as before */
};

struct config_rule {
    char *name, *queue;
    struct config_predicate *predicates;
    uint32_t predicate_count;
    struct config_skill_level require[CONFIG_REQUIRE_MAX];
    uint32_t require_count;
    struct config_skill_level prefer[CONFIG_PREFER_MAX];
    uint32_t prefer_count;
    struct config_own_need own_language, own_territory;
    char *teams[CONFIG_TEAMS_OF_RULE_MAX];   /* whose reps may take it */
    uint32_t team_count;             /* 0: any */
    struct config_relax_step *relax;
    uint32_t relax_count;
    uint32_t priority;
    uint32_t value;                  /* of each lead, for best_pair and urgency; 0: 1 */
    char *value_from;                /* the lead's field that says it; NULL: `value` does */
    uint32_t first_touch_ms;         /* its leads are to be touched within, whatever their channel says; 0: as that says */
    char *owner;                     /* the rep who gets its leads first, if they are there; NULL: nobody */
    uint32_t owner_for_ms;           /* so long */
    bool keeps_queue;                /* when all rules count: its leads stay in the queue that others gave them */
};

enum config_follow_up {              /* numbers as leadwire.v1.FollowUp, of which 0 is the end too */
    FOLLOW_UP_END = 1, FOLLOW_UP_CALL_BACK, FOLLOW_UP_APPOINTMENT, FOLLOW_UP_PARK, FOLLOW_UP_SUPPRESS,
};

struct config_disposition {
    char *code;
    uint32_t name;                   /* the core's own number of the code, while the rules are in force */
    uint8_t class_number;            /* as leadwire.v1.DispositionClass */
    enum config_follow_up follow_up;
    /* Of a call back or an appointment: when, if the rep names no time (0: the rep must), and what the rep may name. */
    uint64_t after_ms, at_least_ms, at_most_ms;
    uint32_t same_rep_for_ms;        /* asked first, for so long from then on; 0: all alike */
};

/* Which contacts are one lead. All zero: none. */
struct config_people {
    bool join;                       /* a contact joins the open lead of its person */
    uint64_t window_ms;              /* when the lead's last contact is no longer ago; CONFIG_WINDOW_MAX_MS at most */
    uint64_t customer_for_ms;        /* so long after a lead that was won a person is a customer; 0: nobody is */
    uint32_t owner_for_ms;           /* so long a lead is for the owner of its person first; 0: all alike */
    char *owner_from;                /* the field of a lead that may name the owner; NULL: none does */
    bool keeps_stops;                /* who wanted to hear no more is known by it when they come again; */
    bool parks_stopped;              /* and a lead of theirs is offered to nobody, unless somebody is on the line */
};
static inline bool config_recognises(const struct config_people *people)
{
    return people->join || people->customer_for_ms > 0 || people->owner_for_ms > 0 || people->keeps_stops;
}

/* What follows when a rep does not take a lead. retry_same_rep_ms of core_config is the first pause. */
struct config_refusals {
    uint32_t retry_factor;           /* each further refusal of a lead by the same rep: so many times the pause before; 1: always the same */
    uint32_t retry_max_ms;           /* and at most so long */
    char **reasons;                  /* that a decline may have, of which it must have one; */
    uint32_t reason_count;           /* 0: any, or none */
};

/* How often a lead is called back by dispositions, and what follows when one asks for more. */
struct config_call_backs {
    uint32_t most;                   /* 1 or more */
    bool ends;                       /* it is completed; else parked, for a person to look at */
};

/* Why nobody is there for the leads that wait: see nobody.h. */
enum core_nobody { NOBODY_NONE = 0, NOBODY_CLOSED = 1, NOBODY_NO_REP = 2, NOBODY_BUSY = 3, NOBODY_KINDS = 4 };   /* numbers as leadwire.v1.Nobody */
/* "closed", "no_rep", "busy"; "" else. */
const char *core_nobody_word(enum core_nobody kind);

/* Who is told that nobody is there, by kind. */
struct config_nobody {
    uint8_t kinds;                   /* bit 1 << kind: somebody is told; */
    uint32_t after_ms[NOBODY_KINDS]; /* when it has been so, and leads have waited, for so long */
    char **tell[NOBODY_KINDS];       /* addresses, of which only their readers know the meaning */
    uint32_t tell_count[NOBODY_KINDS];
};

/* How the backlog is dealt out when the desk opens: see opening.h. */
struct config_opening {
    uint32_t reps;                   /* all of it is dealt out once so many are on; 0: no rule */
    uint32_t for_ms;                 /* so long */
    char *teams[CONFIG_OPENING_TEAMS_MAX];   /* whose hours count, and whose reps it is for */
    uint32_t team_count;             /* 0: all teams that have hours */
};

struct core_config {
    char *desk;
    uint64_t reopen_for_ms;          /* so long an ended lead can be reopened; 0: none can, and none is kept */
    char **skills;               uint32_t skill_count;   /* abilities */
    struct config_channel channels[LW_CHANNEL_COUNT];
    struct config_team *teams;   uint32_t team_count;
    struct config_rep *reps;     uint32_t rep_count;
    struct config_rule *rules;   uint32_t rule_count;
    bool all_rules;              /* every rule that holds counts; else the first: see rules_all.h */
    struct config_disposition *dispositions; uint32_t disposition_count;
    struct config_queue *queues; uint32_t queue_count;
    char *policy;                /* of queues that name none: "least_loaded" */
    struct config_order *order;  /* the same; NULL: leads go by priority, then age, and no queue may have one */
    uint32_t park_nudge_ms;          /* parked so long: managers are told again; less than park_limit_ms; 0: never */
    uint32_t grace_ms, park_limit_ms, work_limit_ms, retry_same_rep_ms, offers_max, misses_to_away;
    bool return_assigned_when_gone;
    uint32_t transfer_for_ms;        /* a lead handed to a rep is for them alone, so long */
    struct config_people people;
    struct config_refusals refusals;
    struct config_call_backs call_backs;
    struct config_nobody nobody_there;
    struct config_opening opening;
    /* The fair share ledger: */
    bool refused_counts;         /* an offer that the rep declined or let pass */
    bool bad_counts;             /* a lead completed with a disposition of class bad */
    uint32_t absent_leads_max;   /* so many units are owed at most to a rep for the time they were away */
};

/* Empty, with the defaults for times and channels of deploy/small-business; no reps, no rules. NULL without memory. */
struct core_config *core_config_new(const char *desk);
void core_config_free(struct core_config *config);
/* How long a lead is parked until managers are told again, where the rules do not say: half of its time, at most a day. */
static inline uint32_t core_config_usual_park_nudge_ms(uint32_t park_limit_ms)
{
    const uint32_t day_ms = 24 * 3600000;
    return park_limit_ms / 2 < day_ms ? park_limit_ms / 2 : day_ms;
}
/* The add functions copy their strings. Errors: LW_FULL (a bound above), LW_DUPLICATE (name), LW_INVALID, LW_NO_MEMORY. */
LW_MUST_CHECK lw_status core_config_add_skill(struct core_config *config, const char *name);
/* Gives the new rep for skills to be added to; valid until the next add. */
LW_MUST_CHECK lw_status core_config_add_rep(struct core_config *config, const char *name, const char *team, uint32_t capacity,
                                            const char *device, struct config_rep **out);
/* Gives the new team; valid until the next add. */
LW_MUST_CHECK lw_status core_config_add_team(struct core_config *config, const char *name, struct config_team **out);
/* In order: behind what is there. LW_INVALID otherwise. */
LW_MUST_CHECK lw_status core_config_team_open(struct config_team *team, uint64_t open_ms, uint64_t close_ms);
/* The rules call this team outsourced. */
bool config_team_is_outsourced(const struct core_config *config, const char *team);
/* Later than what is there. LW_INVALID otherwise. */
LW_MUST_CHECK lw_status core_config_team_day(struct config_team *team, uint64_t start_ms);
/* 0: no cap. Made when missing: then caps of sources can be added. */
LW_MUST_CHECK lw_status core_config_rep_caps(struct config_rep *rep, uint32_t per_hour, uint32_t per_day);
LW_MUST_CHECK lw_status core_config_rep_cap_source(struct config_rep *rep, const char *source, uint32_t most);
LW_MUST_CHECK lw_status core_config_rep_skill(struct core_config *config, struct config_rep *rep, const char *skill, uint32_t level);
LW_MUST_CHECK lw_status core_config_rep_rate(struct config_rep *rep, const char *queue, uint32_t rate);
/* core_config_check judges whether there is such a rep, and the time. */
LW_MUST_CHECK lw_status core_config_rule_owner(struct config_rule *rule, const char *rep, uint32_t for_ms);
LW_MUST_CHECK lw_status core_config_rule_value_from(struct config_rule *rule, const char *field);
LW_MUST_CHECK lw_status core_config_add_rule(struct core_config *config, const char *name, const char *queue, uint32_t priority,
                                             struct config_rule **out);
LW_MUST_CHECK lw_status core_config_rule_require(struct core_config *config, struct config_rule *rule, const char *skill, uint32_t level);
LW_MUST_CHECK lw_status core_config_rule_prefer(struct core_config *config, struct config_rule *rule, const char *skill, uint32_t level);
/* kind: language or territory, of which a rule asks for one at most; value: as a lead or a person writes it. */
LW_MUST_CHECK lw_status core_config_rep_ability(struct core_config *config, struct config_rep *rep, enum ability_kind kind,
                                                const char *value, uint32_t level);
LW_MUST_CHECK lw_status core_config_rule_ability(struct core_config *config, struct config_rule *rule, enum ability_kind kind,
                                                 const char *value, uint32_t level);
/* The one that the lead has in this field, if it has. */
LW_MUST_CHECK lw_status core_config_rule_own(struct core_config *config, struct config_rule *rule, enum ability_kind kind,
                                             const char *field, uint32_t level);
LW_MUST_CHECK lw_status core_config_rule_team(struct config_rule *rule, const char *team);
/* Gives the new step to be filled; valid until the next. core_config_check judges whether each leads somewhere. */
LW_MUST_CHECK lw_status core_config_rule_relax(struct config_rule *rule, uint32_t after_ms, struct config_relax_step **out);
LW_MUST_CHECK lw_status core_config_relax_skill(const struct core_config *config, struct config_relax_step *step, const char *skill,
                                                uint32_t level);
LW_MUST_CHECK lw_status core_config_relax_team(struct config_relax_step *step, const char *team);
/* LW_INVALID: a value of a regex is no pattern. */
LW_MUST_CHECK lw_status core_config_rule_when(struct config_rule *rule, const char *field, enum config_predicate_kind kind,
                                              const char *const *values, uint32_t value_count);
/* Ends the lead; config->dispositions[disposition_count - 1] is the new one, for a follow-up to be set. */
LW_MUST_CHECK lw_status core_config_add_disposition(struct core_config *config, const char *code, uint8_t class_number);
/* policy "": the desk's. Gives the new queue, valid until the next add. */
LW_MUST_CHECK lw_status core_config_add_queue(struct core_config *config, const char *name, const char *policy, struct config_queue **out);
/* "": none. LW_INVALID when it is too long. */
LW_MUST_CHECK lw_status core_config_set_owner_from(struct core_config *config, const char *field);
/* Somebody is told of this kind of nobody; once for each kind. LW_NOT_FOUND: there is no such kind. Then addresses can be added. */
LW_MUST_CHECK lw_status core_config_tell_nobody(struct core_config *config, enum core_nobody kind, uint32_t after_ms);
LW_MUST_CHECK lw_status core_config_nobody_address(struct core_config *config, enum core_nobody kind, const char *address);
/* After core_config.opening has the rest. */
LW_MUST_CHECK lw_status core_config_opening_team(struct core_config *config, const char *team);
LW_MUST_CHECK lw_status core_config_add_decline_reason(struct core_config *config, const char *reason);
LW_MUST_CHECK lw_status core_config_set_policy(struct core_config *config, const char *policy);
/* Copies. queue NULL: the desk's. */
LW_MUST_CHECK lw_status core_config_set_order(struct core_config *config, struct config_queue *queue, const struct config_order *order);
/* To how many reps at once leads of this queue are offered before any relaxation. */
uint32_t config_offer_to(const struct core_config *config, const char *queue);
/* Why a step of the rule's relaxation makes no sense, in words after its number; NULL if all do. */
const char *config_relax_problem(const struct core_config *config, const struct config_rule *rule, uint32_t *step_out);
/* LW_OK, or LW_INVALID with the first thing that is wrong in words (static or in a caller's buffer). */
LW_MUST_CHECK lw_status core_config_check(const struct core_config *config, char *reason, size_t reason_size);

#endif
