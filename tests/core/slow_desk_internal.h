/* SPDX-License-Identifier: Apache-2.0
 *
 * slow_desk_internal - what the files of the slow desk share; nobody else includes it.
 *
 *   slow_desk.c --> a command: slow_publish.c, slow_offers.c, slow_transfer.c ...
 *        |               '--> slow_life.c / slow_reps.c (the only ones that move)
 *        '--> slow_match.c <-- slow_deadlines.c
 *              slow_eligible.c (who may), slow_lead_order.c (which lead), slow_policy.c (which rep)
 *
 * Order of everything that happens together: by the number of the lead or rep.
 */
#ifndef SLOW_DESK_INTERNAL_H
#define SLOW_DESK_INTERNAL_H

#include "needs.h"
#include "slow_desk.h"

enum { REPS = 64, LEADS = 4096, SEEN = 16384, REFUSALS = 64, REFUSALS_OF_REP = 32, TEXT = 600, KEY_TEXT = 64, KNOWN = 16384, DECISIONS = 4096, COUNTED = 2048, LIMITS = 8 };

struct refusal { int rep; uint32_t offer_number; uint64_t until_ms; enum core_cause cause; };

struct slow_keys { char list[CORE_PERSON_KEYS_MAX][KEY_TEXT]; uint32_t count; };

/* What joined a lead, or came when another was merged into it. */
struct slow_contact {
    uint8_t payload[64];
    uint32_t size;
    uint64_t at_ms;
    struct desk_id of;                         /* the lead that was merged; number 0: it joined */
    uint32_t priority;
    uint64_t received_ms;                      /* 0: makes nothing older */
    struct slow_keys keys;
};

/* What a lead is without its contacts. */
struct slow_own { uint32_t priority; uint64_t received_ms; struct slow_keys keys; bool took_appointment, took_set_by; };

struct slow_lead {
    bool open;
    struct desk_id id;
    enum lead_state state;
    enum core_cause cause;
    uint64_t received_ms, deadline_ms, wait_deadline_ms;
    char source[TEXT], queue[TEXT];
    char require[CONFIG_REQUIRE_MAX][TEXT];
    uint8_t require_level[CONFIG_REQUIRE_MAX];
    char prefer[CONFIG_PREFER_MAX][TEXT];
    uint8_t prefer_level[CONFIG_PREFER_MAX];
    uint32_t prefer_count;
    char teams[CONFIG_TEAMS_OF_RULE_MAX][TEXT];
    uint32_t team_count;
    bool own_teams;                            /* and all that are not outsourced */
    char rule[TEXT];
    uint64_t began_ms, less_ms;                /* when it began to wait, when it asks for less (0: never) */
    uint32_t steps_taken;
    uint32_t require_count, offer_number, offers_made, weight, priority, charged;
    uint8_t channel;
    int rep;                                   /* -1: nobody */
    struct refusal refusals[REFUSALS];
    uint32_t refusal_count;
    uint32_t call_backs;                       /* by dispositions */
    uint32_t refused[REPS];                    /* by rep: how often in this round */
    struct refusal past[REFUSALS];             /* of this round, whose time is over */
    uint32_t past_count;
    uint8_t payload[512];
    uint32_t payload_size;
    bool call_back;
    int preferred;                             /* -1: nobody */
    uint64_t preferred_until_ms, preferred_for_ms, appointment_ms;
    uint64_t touch_ms, nudge_ms;               /* awaited until then, and asked for; 0: not */
    uint64_t tell_again_ms;                    /* PARKED: managers are told again; 0: not, or they were */
    char place[TEXT];
    int set_by;                                /* -1: nobody */
    uint32_t set_offer_number;
    char note[TEXT], note_by[TEXT];            /* the last with which it was handed on or the work on it ended; */
    uint32_t acts_since;                       /* acts of managers since then: so many, and it is forgotten */
    uint32_t value;
    uint32_t touch_for_ms;                     /* as its rule said; 0: nothing */
    char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT];   /* what its person is known by */
    uint32_t key_count;
    uint64_t made_ms;
    struct slow_contact contacts[CORE_CONTACTS_MAX];
    uint32_t contact_count;
    struct slow_own own;                       /* while it has contacts */
    struct desk_id merged_into;
    uint64_t heard_ms;                         /* of its last contact */
    uint64_t ended_ms;
    uint32_t kept_at;                          /* the how manieth that was kept, to be reopened; 0: it is not */
    uint32_t lives;                            /* how often it was reopened */
    uint64_t woken_ms;                         /* it was scheduled until then; 0: never */
    struct { int rep; uint32_t offer_number; } others[CONFIG_OFFER_TO_MAX];   /* open offers but the first */
    uint32_t other_count, last_offer_number, offer_to;
};

struct slow_rep {
    char name[TEXT], reason[TEXT];
    const struct config_rep *rules;            /* NULL: not in the rules */
    bool connected;
    enum rep_state state;
    uint64_t session, idle_since_ms, until_ms, grace_deadline_ms;
    char device[TEXT];                         /* of which something was said; */
    enum device_state device_state;            /* it holds until device_until_ms */
    uint64_t device_until_ms;
    uint32_t misses, capacity;
    bool present;                              /* in the ledger; */
    int64_t account, share;                    /* in 65536ths of a lead; absent: less what is owed */
    uint64_t mark;
    struct { uint64_t at_ms; char source[64]; } counted[COUNTED];   /* under its caps; source "": of one that is not capped */
    uint32_t counted_count;
    uint64_t caps_ms;                          /* when it was last looked at what is full */
    struct core_decline_count declines[CONFIG_DECLINE_REASONS_MAX];   /* reasons: of the rules in force */
    uint32_t decline_count;
    uint64_t dealt;                            /* of the backlog, in this opening */
};

struct slow_seen {
    char kind;                                 /* p, c */
    char name[TEXT], id[TEXT];                 /* source or lead, idempotency id */
    char content[3 * TEXT];                    /* of completions: disposition, time, place */
    uint64_t hash, at_ms;
    struct desk_id lead;
    enum lead_state end;
    bool joined;
};

/* What counts for a team that is limited. */
struct slow_limit {
    char team[TEXT];                           /* "": a free place */
    uint64_t counted_ms[LEADS], taken_ms[LEADS];
    uint32_t counted_count, taken_count;
    uint64_t look_ms;                          /* when it was last looked at what is full */
};

struct slow_desk {
    uint64_t epoch, now_ms, next_number;
    struct core_limits limits;
    void (*effect)(void *context, const struct core_effect *effect);
    void *context;
    const struct core_config *rules;
    uint32_t version;
    struct config_channel channels[LW_CHANNEL_COUNT];   /* of a closed one: how it was when it was open */
    bool open[CONFIG_TEAMS_MAX];               /* of the rules' teams with hours, as time last left them */
    uint64_t team_ms[CONFIG_TEAMS_MAX];        /* and when that was */
    struct slow_limit limit_books[LIMITS];
    struct slow_rep reps[REPS];
    int rep_count;
    struct slow_lead leads[LEADS];
    int lead_count;
    struct slow_seen seen[SEEN];
    int seen_count;
    struct slow_decision decisions[DECISIONS];   /* of this step */
    uint32_t decision_count;
    uint64_t given;                            /* to the ledger's reps */
    int64_t total;                             /* what it is by now, where shares are the sum of those present */
    struct { char queue[TEXT]; int rep; } turns[64];
    int turn_count;
    enum core_nobody nobody;                   /* for the leads that wait; */
    bool nobody_told;
    uint64_t nobody_since_ms;
    bool is_opening;                           /* the backlog is dealt out by share: */
    uint64_t opening_ms, opening_until_ms;
    char acting[TEXT];                         /* the manager whose command this is; "": nobody */
    uint32_t kept_count;                       /* ended leads that ever were */
    struct desk_id other;                      /* of a merge that is told: the other lead */
    struct slow_won { char key[KEY_TEXT], bought[KEY_TEXT]; int rep; uint64_t at_ms; } won[KNOWN];   /* by whom (-1: nobody) and when, in that order */
    int won_count;
    char paused[4][TEXT];                      /* sources of which none is taken; "": a free place */
    const struct slow_won *customer;           /* whoever publishes now; NULL: none */
    struct slow_stop { char key[KEY_TEXT], words[KEY_TEXT]; bool stop; uint64_t at_ms; } stops[KNOWN];   /* all that was said, in that order; stop: else they agree */
    int stop_count;
    bool is_stopped;                           /* whoever publishes now */
};

/* slow_state.c */
void copy_text(char *to, struct core_text from);
/* Somebody is on the line. */
bool is_call(const struct slow_lead *lead);
/* Waits for one rep only. */
bool prefers(const struct slow_lead *lead);
/* With a rep, or offered to one. */
bool held(const struct slow_lead *lead);
uint32_t load_of(const struct slow_desk *desk, int rep);
const struct config_channel *channel_of(const struct slow_desk *desk, uint8_t channel);
/* Open ones only. NULL: none. */
struct slow_lead *find_lead(struct slow_desk *desk, struct desk_id id);
/* Numbers of reps; -1: nobody. */
int find_session(const struct slow_desk *desk, uint64_t session);
int find_rep(const struct slow_desk *desk, const char *name);

/* slow_ledger.c */
int64_t sum_shares(const struct slow_desk *desk);
/* After a change of a rep's state or share: presence follows the state, the share the rules. */
void attend(struct slow_desk *desk, int number);
/* As if the lead had never been given to its rep. */
void uncharge(struct slow_desk *desk, struct slow_lead *lead);

/* slow_tell.c */
struct core_effect new_effect(enum core_effect_kind kind);
void emit(struct slow_desk *desk, const struct core_effect *effect);
void put_lead(const struct slow_desk *desk, const struct slow_lead *lead, struct core_effect *effect);
/* Nothing to a command that asked for no reply. */
void answer(struct slow_desk *desk, const struct core_command *command, enum core_status status, struct desk_id lead);
void answer_joined(struct slow_desk *desk, const struct core_command *command, enum core_status status, struct desk_id lead, bool joined);
void tell_lead(struct slow_desk *desk, const struct slow_lead *lead, enum core_effect_kind kind, bool resumed);
/* A holding that no offer came before. */
void slow_tell_given(struct slow_desk *desk, const struct slow_lead *lead);
void slow_tell_withdrawn(struct slow_desk *desk, struct desk_id lead, uint32_t offer_number, int rep, enum core_cause cause);
void tell_withdrawn_from(struct slow_desk *desk, struct desk_id lead, uint32_t offer_number, int rep, enum core_cause cause, int by);
void tell_offer_to(struct slow_desk *desk, const struct slow_lead *lead, int rep, bool resumed);
struct core_effect rep_effect(const struct slow_desk *desk, int number, enum core_effect_kind kind);

/* slow_seen.c */
/* Drops the oldest at the bound. */
void remember(struct slow_desk *desk, struct slow_seen entry);
/* Until one more may be remembered; 0: it may. */
uint32_t wait_to_remember(const struct slow_desk *desk, int open);
/* NULL: not within the window. */
struct slow_seen *recall(struct slow_desk *desk, char kind, const char *name, const char *id);

/* slow_join.c */
/* The publish becomes a contact of an open lead, and is answered. */
bool join(struct slow_desk *desk, const struct core_command *command);
bool follow(struct slow_desk *desk, const struct core_command *command);
/* The lead that it follows is open. */
bool follows_open(struct slow_desk *desk, const struct core_command *command);
/* A new lead is about whom this publish is about. */
void know(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command);
/* What somebody who publishes is known by, where the rules recognise people. */
uint32_t read_keys(const struct slow_desk *desk, const struct core_command *command, char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT]);
/* The newest of each key; of those one that somebody has, else the newest. */
struct slow_lead *find_open(struct slow_desk *desk, char keys[][KEY_TEXT], uint32_t count);

/* "kind:source:value"; gives how many, without empty values. */
uint32_t write_keys(const struct core_person_key *known_by, uint32_t n, struct core_text source, char keys[CORE_PERSON_KEYS_MAX][KEY_TEXT]);
/* To what the lead's person is known by. */
void add_keys(struct slow_lead *lead, char keys[][KEY_TEXT], uint32_t count);

/* Room for one more contact of the lead, empty, behind the others. */
struct slow_contact *new_contact(struct slow_lead *lead);
/* Those of the keys that the lead is known by. */
void note_keys(struct slow_keys *keys, const struct slow_lead *lead, char from[][KEY_TEXT], uint32_t count);

/* slow_part.c */
/* What the manager who asks is answered. */
enum core_status part(struct slow_desk *desk, struct desk_id id);

/* slow_merge.c */
/* False: they may not be merged. into NULL: there is none. */
bool merge(struct slow_desk *desk, struct slow_lead *lead, struct slow_lead *into);

/* slow_reopen.c */
/* The lead has ended just now. */
void keep_ended(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause);
/* What the manager who asks is answered. */
enum core_status reopen(struct slow_desk *desk, struct desk_id id);
/* NULL: none is kept. */
struct slow_lead *find_kept(struct slow_desk *desk, struct desk_id id);
/* Its next life: it waits from now, or as it did. */
void begin_anew(struct slow_desk *desk, struct slow_lead *lead, bool waits_from_now);

/* slow_publish.c */
int open_count(const struct slow_desk *desk);

/* slow_owner.c */
/* What is known last of this person, within the time of the rules; NULL: no customer. */
const struct slow_won *last_won(const struct slow_desk *desk, char keys[][KEY_TEXT], uint32_t count);
/* A manager names a customer. */
void name_customer(struct slow_desk *desk, const struct core_command *command);
/* The lead is completed; disposition: with what. */
void note_won(struct slow_desk *desk, const struct slow_lead *lead, const char *disposition);
/* A new lead is for the owner of its person first. */
void prefer_owner(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command);

/* slow_stops.c */
/* The last stop that counts of who publishes this; NULL: none. */
const struct slow_stop *stop_of(const struct slow_desk *desk, const struct core_command *command, char keys[][KEY_TEXT], uint32_t count);
/* The lead is kept with what is known of its person. */
void carry_stop(const struct slow_desk *desk, const struct slow_stop *stop, struct core_command *command, uint8_t *room);
/* A publish says stop, or takes it back. */
void hear_stop(struct slow_desk *desk, const struct core_command *command, char keys[][KEY_TEXT], uint32_t count);
/* A rep says it, or nothing of the kind. */
void note_stop(struct slow_desk *desk, const struct slow_lead *lead, const struct config_disposition *disposition);

/* slow_rules.c */
/* NULL: none. */
const struct config_rule *rule_named(const struct slow_desk *desk, const char *name);
/* The first rule whose predicates hold; NULL: none. */
const struct config_rule *find_rule(const struct slow_desk *desk, const struct core_command *command);

/* slow_hours.c */
bool is_open_at(const struct config_team *team, uint64_t now_ms);
/* When it next opens or closes; UINT64_MAX: never. */
uint64_t team_deadline(const struct slow_desk *desk, uint32_t team);
/* The rep's team is open. */
bool at_work(const struct slow_desk *desk, const struct slow_rep *rep);

/* slow_caps.c */
/* No more leads of this source for now. */
bool is_at_cap(const struct slow_desk *desk, int number, const char *source);
/* What is full is looked at anew. */
void look_at_caps(struct slow_desk *desk, int number);
void count_for_caps(struct slow_desk *desk, const struct slow_lead *lead);
/* New rules. */
void take_caps(struct slow_desk *desk, int number);
/* UINT64_MAX: none. */
uint64_t caps_deadline(const struct slow_desk *desk, int number);
/* When the team's day began that holds now_ms; when the next one begins. */
uint64_t slow_day_of(const struct config_team *team, uint64_t now_ms);
uint64_t slow_next_day(const struct config_team *team, uint64_t day_ms);

/* slow_team_limits.c */
/* "team_cap", "team_share": why the rep's team gets no more for now; NULL: it may. */
const char *team_rule_against(const struct slow_desk *desk, int number);
/* What is full is looked at anew. number -1: nobody. */
void look_at_team(struct slow_desk *desk, int number);
void count_for_team(struct slow_desk *desk, int number);
/* The desk took in a lead. */
void take_in(struct slow_desk *desk);
/* New rules. */
void take_limits(struct slow_desk *desk);
/* Of the team at this place in the rules; UINT64_MAX: none. */
uint64_t limit_deadline(const struct slow_desk *desk, uint32_t team);
void limit_due(struct slow_desk *desk, uint32_t team);

/* slow_relax.c */
/* When the lead asks for less next, as the rules are now. */
void plan_less(const struct slow_desk *desk, struct slow_lead *lead);
void ask_for_less(const struct slow_desk *desk, struct slow_lead *lead, const struct config_relax_step *step);
/* The steps whose time has come; says if there was one. */
bool relax(const struct slow_desk *desk, struct slow_lead *lead);

/* slow_refusals.c */
/* Says if there was one. */
bool drop_lapsed(struct slow_desk *desk, struct slow_lead *lead);
/* Those of this round whose time is over come a millisecond behind all others. */
void put_lapsed_behind(struct slow_desk *desk, struct slow_lead *lead);
/* A new round. */
void forget_refusals(struct slow_lead *lead);
/* Its rep does not get the lead again for a while. */
void refuse(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause);

void refuse_for(struct slow_desk *desk, struct slow_lead *lead, int rep, uint32_t offer_number, enum core_cause cause);

/* slow_nobody.c */
/* For a lead like this. */
enum core_nobody slow_nobody_for(const struct slow_desk *desk, const struct slow_lead *lead);
/* When it is to be told; UINT64_MAX: never. */
uint64_t nobody_deadline(const struct slow_desk *desk);
/* At the end of a step. */
void look_for_nobody(struct slow_desk *desk);

/* slow_opening.c */
enum opening_place slow_place(const struct slow_desk *desk, const struct slow_lead *lead);
/* Goes before whom it is more. */
int slow_ahead(const struct slow_desk *desk, const struct slow_lead *lead);
/* The lead is of the backlog, and the rep has had their share of that. */
bool slow_is_kept(const struct slow_desk *desk, int number, const struct slow_lead *lead);
/* The lead, whoever has it, was not assigned before. */
void slow_count_dealt(struct slow_desk *desk, const struct slow_lead *lead);
/* A team of those for whom there is an opening works now. */
bool slow_any_to_open(const struct slow_desk *desk);
/* Its hours began or ended at that moment. */
void slow_team_turned(struct slow_desk *desk, uint32_t team, bool was_open, bool another_was_open, uint64_t at_ms);
/* UINT64_MAX: none is in force. */
uint64_t opening_deadline(const struct slow_desk *desk);
/* At the end of a step. */
void look_at_opening(struct slow_desk *desk);
/* New rules. */
void take_opening(struct slow_desk *desk);

/* slow_declines.c */
/* The desk takes a decline with this reason. */
bool is_reason(const struct slow_desk *desk, struct core_text reason);
/* Only where the desk has a table of reasons; tells it. */
void slow_decline_count(struct slow_desk *desk, int number, struct core_text reason);
/* New rules. */
void keep_known_reasons(struct slow_desk *desk);

/* slow_pull.c */
bool is_pulled(const struct slow_desk *desk, const struct slow_lead *lead);
void pull(struct slow_desk *desk, const struct core_command *command, int rep);

/* slow_broadcast.c */
/* With which offer the rep is offered or has it; 0: not. */
uint32_t offer_of(const struct slow_lead *lead, int rep);
uint32_t offers_at_once(const struct slow_desk *desk, const struct slow_lead *lead);
/* Again, to whoever is offered it or has it. */
void show_held(struct slow_desk *desk, const struct slow_lead *lead);
void offer_too(struct slow_desk *desk, struct slow_lead *lead, int rep);
/* One of several offers ends. */
void leave_others(struct slow_desk *desk, struct slow_lead *lead, int rep, enum core_cause cause, bool refused);
/* All but the first end; or all but this rep's, who took it. */
void end_others(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause, bool refused);
void take_from_others(struct slow_desk *desk, struct slow_lead *lead, int rep);

/* slow_life.c */
/* `by`: the rep whose act this is; -1: nobody's. */
void move_by(struct slow_desk *desk, struct slow_lead *lead, enum lead_state to, enum core_cause cause, int rep, uint64_t deadline_ms,
             const char *disposition, int by, bool do_not_call);
void move(struct slow_desk *desk, struct slow_lead *lead, enum lead_state to, enum core_cause cause, int rep, uint64_t deadline_ms,
          const char *disposition);
/* Back to the queue, or parked when its offers are used up. */
void give_back_by(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause, bool refused, bool fresh_wait, int by);
void give_back(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause, bool refused, bool fresh_wait);
/* Until when a rep who gets it now may have it. */
uint64_t work_deadline(const struct slow_desk *desk, const struct slow_lead *lead);
/* It no longer waits for its preferred rep. */
void to_all(struct slow_lead *lead);
/* A scheduled lead waits now. */
void wake(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause);

/* slow_reps.c */
void set_state(struct slow_desk *desk, int number, enum rep_state state, enum core_cause cause, uint64_t until_ms);
/* An offer or a call that the rep let pass. */
void missed(struct slow_desk *desk, int number);
void log_off(struct slow_desk *desk, int number, enum core_cause cause);

/* slow_lead_order.c */
/* Goes first, as of now. */
bool lead_before(const struct slow_desk *desk, const struct slow_lead *a, const struct slow_lead *b);
/* Both stand in one line. */
bool same_requirements(const struct slow_desk *desk, const struct slow_lead *a, const struct slow_lead *b);

/* slow_eligible.c */
bool is_outsourced_team(const struct slow_desk *desk, const char *team);
bool is_outsourced(const struct slow_desk *desk, const struct slow_rep *rep);
/* Has what the lead asks for: abilities, team, a device for calls. */
bool has_skills(const struct slow_desk *desk, const struct slow_rep *rep, const struct slow_lead *lead);
bool slow_has_room(const struct slow_desk *desk, int number, const struct slow_lead *lead);
bool slow_interrupts(const struct slow_desk *desk, int number, const struct slow_lead *lead);
bool eligible(const struct slow_desk *desk, int number, const struct slow_lead *lead);

/* slow_unroutable.c */
/* Waits for everybody, and nobody in the rules could ever take it. */
bool waits_for_nothing(const struct slow_desk *desk, const struct slow_lead *lead);
void park_if_for_nothing(struct slow_desk *desk, struct slow_lead *lead);
/* After new rules. */
void review_parked(struct slow_desk *desk);

/* slow_policy.c */
const char *policy_of(const struct slow_desk *desk, const struct slow_lead *lead);
bool rep_before(const struct slow_desk *desk, const struct slow_lead *lead, int a, int b);
/* The lead counts as one of its rep's, if its queue counts. */
void charge(struct slow_desk *desk, struct slow_lead *lead);
/* What the policies keep of an offer that was made. */
void note_offer(struct slow_desk *desk, struct slow_lead *lead, int rep);

uint32_t levels_of(const struct slow_desk *desk, int rep, const struct slow_lead *lead);

/* slow_pairs.c */
bool ranks_pairs(const struct slow_desk *desk, const struct slow_lead *lead);
/* Wins in a thousand. */
uint32_t rate_of(const struct slow_desk *desk, int rep, const struct slow_lead *lead);
/* Both stand in one line. */
bool waits_before(const struct slow_desk *desk, const struct slow_lead *a, const struct slow_lead *b);
/* Its logarithm; only to compare. */
int64_t worth_of(const struct slow_desk *desk, const struct slow_lead *lead, int rep);
uint32_t value_by(const struct config_rule *rule, const struct core_command *command);

/* slow_act.c */
/* The rep has the waiting lead from now on, or their device rings. */
void give(struct slow_desk *desk, struct slow_lead *lead, int rep, enum core_cause cause);

/* slow_touch.c */
/* The lead came to a rep, or left one. */
void await_touch(struct slow_desk *desk, struct slow_lead *lead, enum core_cause cause);
/* UINT64_MAX: none is awaited. */
uint64_t touch_deadline(const struct slow_lead *lead);
void slow_touch_due(struct slow_desk *desk, struct slow_lead *lead);
void renew_touch(struct slow_desk *desk, struct slow_lead *lead);
void tell_noted(struct slow_desk *desk, const struct slow_lead *lead, enum core_cause cause);

/* slow_device.c */
/* A call can ring there now. */
bool slow_rings(const struct slow_rep *rep);
void say_device(struct slow_desk *desk, const struct core_command *command);
void free_device(struct slow_desk *desk, int number);
/* New rules. */
void forget_devices(struct slow_desk *desk);

/* slow_explain.c */
/* Before the offer is made. */
void note_decision(struct slow_desk *desk, const struct slow_lead *lead, int chosen);

/* slow_match.c */
/* Until no lead that waits can be given to anybody. */
void match(struct slow_desk *desk);

/* slow_deadlines.c */
/* UINT64_MAX: none. At most one of the three is not -1: whose it is. */
uint64_t find_earliest(const struct slow_desk *desk, int *rep_out, int *limit_out, int *team_out, int *lead_out);
/* All that are due, each followed by a match. */
void run_deadlines(struct slow_desk *desk);

/* slow_query.c */
/* By id, or by what it was published under. NULL: not open; then end_out says how it ended, if that is known. */
struct slow_lead *find_named(struct slow_desk *desk, struct desk_id id, struct core_text source, struct core_text idempotency_id,
                             struct desk_id *id_out, enum lead_state *end_out);

/* commands; `number` is the rep whose session it is */
void configure(struct slow_desk *desk, const struct core_command *command);
void publish(struct slow_desk *desk, const struct core_command *command);
void query(struct slow_desk *desk, const struct core_command *command);
void cancel(struct slow_desk *desk, const struct core_command *command);
void dial_result(struct slow_desk *desk, const struct core_command *command);
void log_on(struct slow_desk *desk, const struct core_command *command);
void connection_lost(struct slow_desk *desk, const struct core_command *command);
void set_rep_state(struct slow_desk *desk, const struct core_command *command, int number);
void answer_offer(struct slow_desk *desk, const struct core_command *command, int number);
void complete(struct slow_desk *desk, const struct core_command *command, int number);
void transfer(struct slow_desk *desk, const struct core_command *command, int number);
void touch_made(struct slow_desk *desk, const struct core_command *command, int number);
void act(struct slow_desk *desk, const struct core_command *command);
void act_on_rep(struct slow_desk *desk, const struct core_command *command);
/* slow_paused.c */
bool is_paused(const struct slow_desk *desk, const char *source);
void answer_busy(struct slow_desk *desk, const struct core_command *command, uint32_t retry_after_ms);
void act_on_source(struct slow_desk *desk, const struct core_command *command);
void service_resumed(struct slow_desk *desk);

#endif
