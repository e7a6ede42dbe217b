/* SPDX-License-Identifier: Apache-2.0
 *
 * The built `leadwire` against a scripted broker: what it sends, says, and ends with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "scripted_broker.h"
#include "tool_run.h"

#define SMALL_BUSINESS LEADWIRE_SOURCE_DIR "/deploy/small-business/desk.yaml"

static char *const output = tool_output;
static struct scripted_broker *broker;

static int run(const char *arguments)
{
    return tool_run(broker, arguments);
}

static char *words(const char *text)
{
    return (char *)text;
}

/* One script for all: counts, keeps what it was asked, answers as the test set it. */
static struct {
    Leadwire__V1__Status reply_status;
    const char *reply_reason, *store_state;
    bool found, has_merged, is_opening, is_untold;
    const char *in_force;
    uint64_t memory_used, leads_used, forgotten, told_busy_for_ids;
    uint32_t config_version;
    char act_rep[64];
    int64_t until_unix_ms;
    uint32_t priority;
    char by[64], reason[64], lead_id[64], into[64], id[64], source_text[16 * 1024], desk[64];
    unsigned based_on;
    int act, is_check_only, published, reached;
    size_t rep_count;
} told;

static void reply_to(struct scripted_broker *to, uint64_t request_id)
{
    Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;
    reply.request_id = request_id;
    reply.status = told.reply_status;
    reply.reason = words(told.reply_reason);
    reply.lead_id = words("7-1042");
    reply.epoch = 7;
    reply.config_version = 4;
    scripted_broker_send(to, WIRE_REPLY, &reply);
}

static void tell_status(struct scripted_broker *to, uint64_t request_id)
{
    Leadwire__V1__StatusReply status = LEADWIRE__V1__STATUS_REPLY__INIT;
    Leadwire__V1__QueueStatus queue = LEADWIRE__V1__QUEUE_STATUS__INIT, *queues[] = {&queue};
    Leadwire__V1__Bound memory = LEADWIRE__V1__BOUND__INIT, leads = LEADWIRE__V1__BOUND__INIT, seen = LEADWIRE__V1__BOUND__INIT,
        seen_bytes = LEADWIRE__V1__BOUND__INIT, *bounds[] = {&memory, &leads, &seen, &seen_bytes};
    memory.name = words("memory_bytes");
    memory.used = told.memory_used;
    memory.max = 512u << 20;
    memory.is_shut = told.memory_used >= memory.max;
    leads.name = words("leads");
    leads.used = told.leads_used;
    leads.max = 1000;
    seen.name = words("seen_ids");
    seen.max = 1000;
    seen.refused_total = told.forgotten;
    seen_bytes.name = words("seen_bytes");
    seen_bytes.refused_total = told.told_busy_for_ids;
    queue.queue = words("italian");
    queue.waiting = 2;
    queue.oldest_age_ms = 200000;
    status.request_id = request_id;
    status.desk = words("main");
    status.version = words("0.1.0");
    status.epoch = 7;
    status.durability = words("always");
    status.store_state = words(told.store_state);
    status.config_version = 3;
    status.now_unix_ms = 1767225600000;
    status.uptime_ms = 7500000;
    status.waiting = 2;
    status.offered = 1;
    status.assigned = 5;
    status.published_total = 120;
    status.reps_on = 6;
    status.reps_available = 3;
    status.queues = queues;
    status.n_queues = 1;
    status.memory_bytes = 13107200;
    status.bounds = bounds;
    status.n_bounds = sizeof bounds / sizeof bounds[0];
    status.busy_total = 4;
    status.checkpoint_age_ms = 30000;
    status.opening_until_unix_ms = told.is_opening ? status.now_unix_ms + 250000 : 0;
    status.opening_left = told.is_opening ? 17 : 0;
    status.durability_in_force = words(told.in_force ? told.in_force : "");
    status.counts_untold = told.is_untold;
    status.store_reason = words(told.is_untold ? "Redis does not answer" : "");
    scripted_broker_send(to, WIRE_STATUS_REPLY, &status);
}

/* Lead 7-8 was merged into 7-1042. */
static void put_merge(Leadwire__V1__ExplainReply *explained, Leadwire__V1__LeadActNote *merged, Leadwire__V1__LeadActNote **acts)
{
    const bool is_merged = strcmp(explained->lead_id, "7-8") == 0;
    leadwire__v1__lead_act_note__init(merged);
    merged->at_unix_ms = 1767225602000;
    merged->what = words("merged");
    merged->by = words("mia");
    merged->reason = words("one\033family");   /* not for a terminal as it is */
    merged->other_lead_id = words(is_merged ? "7-1042" : "7-8");
    explained->acts = acts;
    explained->n_acts = 1;
    if (is_merged)
        explained->state = LEADWIRE__V1__LEAD_STATE__LEAD_STATE_MERGED;
}

static void tell_explanation(struct scripted_broker *to, const Leadwire__V1__ExplainRequest *request)
{
    Leadwire__V1__ExplainReply explained = LEADWIRE__V1__EXPLAIN_REPLY__INIT;
    Leadwire__V1__SkillLevel level = LEADWIRE__V1__SKILL_LEVEL__INIT, *levels[] = {&level};
    Leadwire__V1__Candidate out = LEADWIRE__V1__CANDIDATE__INIT, second = LEADWIRE__V1__CANDIDATE__INIT, first = LEADWIRE__V1__CANDIDATE__INIT;
    Leadwire__V1__Candidate *candidates[] = {&out, &second, &first};
    Leadwire__V1__Decision decision = LEADWIRE__V1__DECISION__INIT, *decisions[] = {&decision};
    Leadwire__V1__LeadActNote merged, *acts[] = {&merged};
    level.skill = words("italian");
    level.level = 5;
    out.rep = words("dieter");
    out.excluded_by = words("skill");
    out.detail = words("italian 3 < 5");
    second.rep = words("bruno");
    second.load = 2;
    second.capacity = 3;
    second.idle_ms = 60000;
    second.rank = 2;
    first.rep = words("anna");
    first.load = 1;
    first.capacity = 3;
    first.idle_ms = 200000;
    first.rank = 1;
    first.chosen = true;
    decision.at_unix_ms = 1767225601000;
    decision.offer_number = 1;
    decision.rep = words("anna");
    decision.config_version = 3;
    decision.policy = words("least_loaded");
    decision.cause = words("published");
    decision.considered = 3;
    decision.eligible = 2;
    decision.complete = true;
    decision.candidates = candidates;
    decision.n_candidates = 3;
    decision.outcome = words("accepted");
    Leadwire__V1__CallLeg leg = LEADWIRE__V1__CALL_LEG__INIT, *legs[] = {&leg};
    leg.at_unix_ms = 1767225602000;
    leg.rep = words("anna");
    leg.offer_number = 1;
    leg.outcome = words("answered");
    leg.leg_id = words("CA7");
    explained.legs = legs;
    explained.n_legs = told.reached ? 1 : 0;
    explained.touched_unix_ms = told.reached ? 1767225603000 : 0;
    explained.touched = words(told.reached ? "call_answered" : "");
    explained.request_id = request->request_id;
    explained.found = told.found;
    explained.lead_id = request->lead_id;
    explained.state = LEADWIRE__V1__LEAD_STATE__LEAD_STATE_ASSIGNED;
    explained.queue = words("italian");
    explained.rule = words("italian");
    explained.require = levels;
    explained.n_require = 1;
    explained.priority = 20;
    explained.channel = LEADWIRE__V1__CHANNEL__CHANNEL_WEB;
    explained.source = words("contact-form");
    explained.received_unix_ms = 1767225600000;
    explained.decisions = decisions;
    explained.n_decisions = told.found ? 1 : 0;
    if (told.has_merged)
        put_merge(&explained, &merged, acts);
    scripted_broker_send(to, WIRE_EXPLAIN_REPLY, &explained);
}

static void tell_explanation_of_rep(struct scripted_broker *to, const Leadwire__V1__ExplainRequest *request)
{
    Leadwire__V1__ExplainReply explained = LEADWIRE__V1__EXPLAIN_REPLY__INIT;
    Leadwire__V1__RepDecision first = LEADWIRE__V1__REP_DECISION__INIT, unable = first, full = first, mine = first, capped, worth;
    Leadwire__V1__RepDecision *decisions[] = {&first, &unable, &unable, &full, &mine, &capped, &worth};
    Leadwire__V1__RepWaiting wait = LEADWIRE__V1__REP_WAITING__INIT, *waiting[] = {&wait};
    first.at_unix_ms = unable.at_unix_ms = full.at_unix_ms = mine.at_unix_ms = 1767225601000;
    first.lead_id = unable.lead_id = full.lead_id = mine.lead_id = words("7-1042");
    first.offer_number = unable.offer_number = full.offer_number = mine.offer_number = 1;
    first.rep = unable.rep = full.rep = words("carla");
    first.complete = unable.complete = full.complete = mine.complete = true;
    first.decided_by = words("load");
    first.keys = words("load 2 of 3");
    first.chosen_keys = words("load 1 of 3");
    unable.excluded_by = words("skill");
    unable.detail = words("solar 4, needs 6");
    full.excluded_by = words("break");
    worth = first;
    worth.decided_by = words("worth");
    capped = full;
    capped.excluded_by = words("cap");
    mine.rep = words("anna");
    mine.mine = true;
    wait.excluded_by = words("team");
    wait.detail = words("inside");
    wait.count = 3;
    explained.request_id = request->request_id;
    explained.found = strcmp(request->rep, "anna") == 0;
    explained.rep_decisions = decisions;
    explained.n_rep_decisions = 7;
    explained.rep_waiting = waiting;
    explained.n_rep_waiting = 1;
    explained.since_unix_ms = 1767225600000;
    scripted_broker_send(to, WIRE_EXPLAIN_REPLY, &explained);
}

static void tell_config(struct scripted_broker *to, uint64_t request_id)
{
    Leadwire__V1__ConfigReply config = LEADWIRE__V1__CONFIG_REPLY__INIT;
    Leadwire__V1__DeskConfig desk = LEADWIRE__V1__DESK_CONFIG__INIT;
    desk.desk = words("main");
    desk.source_text = words("desk: main\n# as written\n");
    config.request_id = request_id;
    config.version = told.config_version;
    config.applied_unix_ms = 1767225600000;
    config.applied_by = words("boss");
    config.config = &desk;
    scripted_broker_send(to, WIRE_CONFIG_REPLY, &config);
}

static void keep(char *kept, size_t size, const char *text)
{
    snprintf(kept, size, "%s", text);
}

static void keep_config(const Leadwire__V1__ApplyConfig *apply)
{
    keep(told.source_text, sizeof told.source_text, apply->config->source_text);
    keep(told.desk, sizeof told.desk, apply->config->desk);
    keep(told.by, sizeof told.by, apply->applied_by);
    told.rep_count = apply->config->n_reps;
    told.is_check_only = apply->check_only;
    told.based_on = apply->based_on;
}

static void script(struct scripted_broker *to, const struct wire_message *request, void *context)
{
    (void)context;
    if (request->type == WIRE_STATUS_REQUEST) {
        tell_status(to, request->status_request->request_id);
    } else if (request->type == WIRE_EXPLAIN_REQUEST) {
        (request->explain_request->rep[0] != '\0' ? tell_explanation_of_rep : tell_explanation)(to, request->explain_request);
    } else if (request->type == WIRE_CONFIG_REQUEST) {
        tell_config(to, request->config_request->request_id);
    } else if (request->type == WIRE_APPLY_CONFIG) {
        keep_config(request->apply_config);
        reply_to(to, request->apply_config->request_id);
    } else if (request->type == WIRE_LEAD_COMMAND) {
        keep(told.by, sizeof told.by, request->lead_command->by);
        keep(told.reason, sizeof told.reason, request->lead_command->reason);
        keep(told.lead_id, sizeof told.lead_id, request->lead_command->lead_id);
        told.act = (int)request->lead_command->act;
        keep(told.act_rep, sizeof told.act_rep, request->lead_command->rep);
        told.until_unix_ms = request->lead_command->until_unix_ms;
        told.priority = request->lead_command->priority;
        keep(told.into, sizeof told.into, request->lead_command->into_lead_id);
        reply_to(to, request->lead_command->request_id);
    } else if (request->type == WIRE_REP_COMMAND) {
        keep(told.by, sizeof told.by, request->rep_command->by);
        keep(told.reason, sizeof told.reason, request->rep_command->reason);
        keep(told.act_rep, sizeof told.act_rep, request->rep_command->rep);
        reply_to(to, request->rep_command->request_id);
    } else if (request->type == WIRE_PUBLISH) {
        keep(told.id, sizeof told.id, request->publish->idempotency_id);
        told.published++;
        reply_to(to, request->publish->request_id);
    }
}

static int set_up(void **state)
{
    (void)state;
    memset(&told, 0, sizeof told);
    told.reply_status = LEADWIRE__V1__STATUS__STATUS_ACCEPTED;
    told.reply_reason = "";
    told.store_state = "ready";
    told.found = true;
    told.config_version = 3;
    broker = scripted_broker_start(script, NULL);
    return broker == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    scripted_broker_stop(&broker);
    return 0;
}

static void status_speaks_plainly(void **state)
{
    (void)state;
    assert_int_equal(run("status"), 0);
    assert_string_equal(output,
        "desk main: store ready, durability always, rules version 3, up 2 h 5 min (broker 0.1.0, epoch 7)\n"
        "leads now:   2 waiting, 1 offered, 0 connecting, 5 assigned, 0 parked, 0 scheduled\n"
        "since start: 120 published (and 0 repeated), 0 completed, 0 cancelled, 0 expired, 0 merged, 0 reopened\n"
        "reps:        6 logged on, 3 available\n"
        "queue italian                    2 waiting, the oldest for 3 min 20 s\n"
        "broker:      0 publishers, 12.5 MiB of memory, 0 journal entries, checkpoint 30 s ago, 0 frames refused, 4 requests told busy\n");
}

static void status_tells_of_an_opening_while_it_lasts(void **state)
{
    (void)state;
    assert_int_equal(run("status"), 0);
    assert_null(strstr(output, "opening:"));
    told.is_opening = true;
    assert_int_equal(run("status"), 0);
    assert_non_null(strstr(output, "\nopening:     17 leads of the backlog are not with a rep yet; dealt out by share for 4 min 10 s more\n"));
    assert_int_equal(run("status --json"), 0);
    assert_non_null(strstr(output, "\"opening_until_unix_ms\": 1767225850000, \"opening_left\": 17"));
}

static void status_shows_the_level_in_force_beside_the_one_asked(void **state)
{
    (void)state;
    told.in_force = "everysec";
    assert_int_equal(run("status"), 0);
    assert_non_null(strstr(output, "store ready, durability always is asked, in force is everysec, rules version 3"));
    assert_int_equal(run("status --json"), 0);
    assert_non_null(strstr(output, "\"durability\": \"always\", \"durability_in_force\": \"everysec\", "));
    told.in_force = "always";
    assert_int_equal(run("status"), 0);
    assert_non_null(strstr(output, "store ready, durability always, rules version 3"));
}

static void status_of_a_store_that_is_away_tells_no_counts_and_ends_with_3(void **state)
{
    (void)state;
    told.is_untold = true;
    told.store_state = "away";
    assert_int_equal(run("status"), 3);
    assert_string_equal(output,
        "desk main: store away, durability always, rules not told, up 2 h 5 min (broker 0.1.0, epoch 7)\n"
        "store away: Redis does not answer\n"
        "broker:      0 publishers, 12.5 MiB of memory, 0 journal entries, checkpoint 30 s ago, 0 frames refused, 4 requests told busy\n");
    assert_int_equal(run("status --json"), 3);
    assert_non_null(strstr(output, "\"store\": \"away\", \"store_reason\": \"Redis does not answer\", "));
    assert_null(strstr(output, "\"waiting\""));
    assert_null(strstr(output, "\"config_version\""));
    assert_int_equal(run("top --once"), 3);
    assert_non_null(strstr(output, "the broker answers, but its store is away: Redis does not answer"));
}

static void status_warns_near_a_bound(void **state)
{
    (void)state;
    told.memory_used = 409ull << 20;
    told.leads_used = 799;
    assert_int_equal(run("status"), 0);
    assert_null(strstr(output, "warning:"));
    told.memory_used = 512ull << 20;
    told.leads_used = 800;
    assert_int_equal(run("status"), 0);
    assert_non_null(strstr(output, "\nwarning:     memory_bytes: 512.0 MiB of 512.0 MiB used; now who comes next is told busy\n"
                                   "warning:     leads: 800 of 1000 used; at the bound who comes next is told busy\n"));
    assert_int_equal(run("status --json"), 0);
    assert_non_null(strstr(output, "\"busy_total\": 4, \"handshakes_failed_total\": 0, \"silent_cut_total\": 0, \"bounds\": [{\"name\": \"memory_bytes\", \"used\": 536870912, \"max\": 536870912, "
                                   "\"refused_total\": 0, \"shut\": true}, {\"name\": \"leads\""));
}

static void status_warns_of_ids_that_were_forgotten(void **state)
{
    (void)state;
    told.forgotten = 12;
    assert_int_equal(run("status"), 0);
    assert_non_null(strstr(output, "\nwarning:     seen_ids: 12 were forgotten before their time since the broker began: a source that repeats one makes a second lead\n"));
}

static void status_warns_of_leads_told_busy_for_young_ids(void **state)
{
    (void)state;
    told.told_busy_for_ids = 3;
    assert_int_equal(run("status"), 0);
    assert_non_null(strstr(output, "\nwarning:     seen_bytes: 3 leads were told busy since the broker began, so that no young id was forgotten: --seen-max is small for what comes\n"));
}

static void status_ends_with_1_when_the_store_is_full(void **state)
{
    (void)state;
    told.store_state = "full";
    assert_int_equal(run("status --json"), 1);
    assert_non_null(strstr(output, "\"store\": \"full\""));
    assert_non_null(strstr(output, "\"queues\": [{\"queue\": \"italian\", \"waiting\": 2, \"oldest_age_ms\": 200000}]}\n"));
}

static void explain_names_the_chosen_first_and_why_not_the_others(void **state)
{
    (void)state;
    assert_int_equal(run("explain 7-1042"), 0);
    assert_string_equal(output,
        "lead 7-1042 (web from contact-form, received 00:00:00) is assigned\n"
        "rule 'italian' put it in queue italian; it requires italian 5; priority 20\n"
        "\n"
        "00:00:01 offer 1 to anna: accepted\n"
        "    because: published; policy least_loaded, rules version 3; 3 considered, 2 eligible\n"
        "    -> anna         chosen: rank 1, load 1 of 3, idle 3 min 20 s\n"
        "       bruno        could: rank 2, load 2 of 3, idle 1 min 0 s\n"
        "       dieter       not: skill (italian 3 < 5)\n");
    told.reached = true;
    assert_int_equal(run("explain 7-1042"), 0);
    assert_non_null(strstr(output, "\ncalls to reps:\n00:00:02 anna, offer 1: answered (leg CA7)\n\nfirst touch: 00:00:03 call_answered\n"));
    assert_int_equal(run("explain 7-1042 --json"), 0);
    assert_non_null(strstr(output, "\"legs\": [{\"at\": \"2026-01-01T00:00:02"));
    assert_non_null(strstr(output, "\"touched\": \"call_answered\""));
    told.found = false;
    assert_int_equal(run("explain 7-9"), 1);
    assert_string_equal(output, "leadwire explain: the broker has no lead 7-9 (closed long ago, or never there)\n");
}

static void explain_tells_a_rep_what_went_elsewhere_and_why(void **state)
{
    (void)state;
    assert_int_equal(run("explain --rep anna --since 2026-01-01T00:00"), 0);
    assert_string_equal(output,
        "7 offers since 2026-01-01 00:00: 1 yours; 2 needed solar 6, you have 4; 1 carla had less in hand; 1 while you were on break; "
        "1 when you had as many as you may have; 1 carla is more likely to win it\n"
        "3 leads wait now: 3 not for you: team (inside)\n"
        "\n"
        "00:00:01 lead 7-1042 offer 1 to carla: carla had less in hand (load 1 of 3; you: load 2 of 3)\n"
        "00:00:01 lead 7-1042 offer 1 to carla: needed solar 6, you have 4\n"
        "00:00:01 lead 7-1042 offer 1 to carla: needed solar 6, you have 4\n"
        "00:00:01 lead 7-1042 offer 1 to carla: while you were on break\n"
        "00:00:01 lead 7-1042 offer 1 to anna: yours\n"
        "00:00:01 lead 7-1042 offer 1 to carla: when you had as many as you may have\n"
        "00:00:01 lead 7-1042 offer 1 to carla: carla is more likely to win it (load 1 of 3; you: load 2 of 3)\n");
    assert_int_equal(run("explain --rep anna --since 2025-12-31T23:00"), 0);
    assert_non_null(strstr(output, "(what came earlier is more than is told at once, or no longer on record)\n"));
    assert_int_equal(run("explain --rep anna --json"), 0);
    assert_non_null(strstr(output, "\"needed solar 6, you have 4\""));
    assert_non_null(strstr(output, "\"decided_by\""));
    assert_int_equal(run("explain --rep nobody"), 1);
    assert_string_equal(output, "leadwire explain: the rules have no rep nobody\n");
    assert_int_equal(run("explain --rep anna --since soon"), 2);
    assert_int_equal(run("explain --rep anna 7-1042"), 2);
    assert_int_equal(run("explain 7-1042 --since 1h"), 2);
}

static void apply_sends_the_file_as_written_with_what_it_means(void **state)
{
    (void)state;
    assert_int_equal(run("apply '" SMALL_BUSINESS "'"), 0);
    assert_string_equal(output, SMALL_BUSINESS ": in force, version 4\n");
    assert_int_equal(told.rep_count, 6);
    assert_string_equal(told.by, "boss");
    assert_string_equal(told.desk, "main");
    assert_false(told.is_check_only);
    assert_non_null(strstr(told.source_text, "The rules of one sales desk"));
    assert_int_equal(run("apply --check-only '" SMALL_BUSINESS "'"), 0);
    assert_true(told.is_check_only);
    assert_int_equal(told.based_on, 0);
    assert_int_equal(run("apply --based-on 4 '" SMALL_BUSINESS "'"), 0);
    assert_int_equal(told.based_on, 4);
}

static void apply_passes_on_what_the_broker_refuses(void **state)
{
    (void)state;
    told.reply_status = LEADWIRE__V1__STATUS__STATUS_REJECTED;
    told.reply_reason = "rep anna holds more than her new capacity";
    assert_int_equal(run("apply '" SMALL_BUSINESS "'"), 4);
    assert_string_equal(output, "leadwire apply: refused: rep anna holds more than her new capacity\n");
}

static void config_show_gives_the_file_back(void **state)
{
    (void)state;
    assert_int_equal(run("config show 2>/dev/null"), 0);
    assert_string_equal(output, "desk: main\n# as written\n");
    told.config_version = 0;
    assert_int_equal(run("config show"), 1);
    assert_string_equal(output, "leadwire config: no rules are in force yet; 'leadwire apply desk.yaml' puts them in force\n");
}

static void a_managers_act_says_who_and_why(void **state)
{
    (void)state;
    assert_int_equal(run("lead take-back 7-1042 --reason 'on holiday'"), 0);
    assert_string_equal(output, "lead 7-1042 is taken back: it waits for another rep\n");
    assert_string_equal(told.lead_id, "7-1042");
    assert_string_equal(told.by, "boss");
    assert_string_equal(told.reason, "on holiday");
    assert_int_equal(told.act, LEADWIRE__V1__LEAD_ACT__LEAD_ACT_TAKE_BACK);
    assert_int_equal(run("lead cancel 7-1042"), 2);
    told.reply_status = LEADWIRE__V1__STATUS__STATUS_NOT_FOUND;
    assert_int_equal(run("lead release 7-1 --reason x"), 1);
    assert_string_equal(output, "leadwire lead: there is no such lead\n");
}

static void a_manager_merges_parts_and_reopens_leads(void **state)
{
    (void)state;
    assert_int_equal(run("lead merge 7-1042 7-8 --reason 'one family'"), 0);
    assert_string_equal(output, "lead 7-1042 is merged: all that it had is with the other lead\n");
    assert_int_equal(told.act, LEADWIRE__V1__LEAD_ACT__LEAD_ACT_MERGE);
    assert_string_equal(told.into, "7-8");
    assert_int_equal(run("lead reopen 7-1042 --reason 'she called back'"), 0);
    assert_string_equal(output, "lead 7-1042 is reopened: it waits again\n");
    assert_int_equal(told.act, LEADWIRE__V1__LEAD_ACT__LEAD_ACT_REOPEN);
    assert_int_equal(run("lead part 7-1042 --reason 'two neighbours'"), 0);
    assert_string_equal(output, "lead 7-1042 is parted: it waits again, with its own contacts\n");
    assert_int_equal(told.act, LEADWIRE__V1__LEAD_ACT__LEAD_ACT_PART);
    assert_int_equal(run("lead merge 7-1042 --reason x"), 2);
    assert_non_null(strstr(output, "needs the lead that is to have it all: lead merge LEAD INTO\n"));
}

static void explain_tells_of_merged_leads_behind_the_lead(void **state)
{
    (void)state;
    told.has_merged = true;
    assert_int_equal(run("explain 7-1042"), 0);
    assert_non_null(strstr(output, "00:00:02 merged (lead 7-8) by mia: one family\n"));
    const char *behind = strstr(output, "\nmerged into it:\nlead 7-8 ");
    assert_non_null(behind);
    assert_null(strstr(behind + 2, "merged into it"));
}

static void a_manager_assigns_holds_and_prioritises(void **state)
{
    (void)state;
    assert_int_equal(run("lead assign 7-1042 bruno --reason 'he knows them'"), 0);
    assert_string_equal(output, "lead 7-1042 is assigned\n");
    assert_string_equal(told.act_rep, "bruno");
    assert_int_equal(told.act, LEADWIRE__V1__LEAD_ACT__LEAD_ACT_ASSIGN);
    assert_int_equal(run("lead assign 7-1042 --reason x"), 2);
    assert_int_equal(run("lead hold 7-1042 --reason x"), 0);
    assert_int_equal(told.until_unix_ms, 0);
    assert_int_equal(run("lead hold 7-1042 2h --reason x"), 0);
    assert_true(told.until_unix_ms > 0);
    assert_int_equal(run("lead hold 7-1042 soon --reason x"), 2);
    assert_int_equal(run("lead prioritise 7-1042 90 --reason x"), 0);
    assert_int_equal(told.priority, 90);
    assert_int_equal(run("lead prioritise 7-1042 201 --reason x"), 2);
    assert_int_equal(run("lead prioritise 7-1042 4294967296 --reason x"), 2);   /* 0 in 32 bits */
    assert_int_equal(run("lead cancel 7-1042 bruno --reason x"), 2);
    assert_int_equal(run("lead assing 7-1042 bruno --reason x"), 2);
    assert_non_null(strstr(output, "did you mean lead assign?"));
}

static void a_manager_sets_a_reps_state(void **state)
{
    (void)state;
    assert_int_equal(run("state bruno break --reason training"), 0);
    assert_string_equal(output, "rep bruno is on a break\n");
    assert_string_equal(told.act_rep, "bruno");
    assert_string_equal(told.by, "boss");
    assert_string_equal(told.reason, "training");
    assert_int_equal(run("state bruno away --reason training"), 2);
    assert_int_equal(run("state bruno break"), 2);
}

static void publish_prints_the_lead_id(void **state)
{
    (void)state;
    assert_int_equal(run("publish --language it --id form-1"), 0);
    assert_string_equal(output, "accepted: lead 7-1042\n");
    assert_string_equal(told.id, "form-1");
    told.reply_status = LEADWIRE__V1__STATUS__STATUS_REJECTED;
    told.reply_reason = "no way to reach the person";
    assert_int_equal(run("publish"), 4);
    assert_string_equal(output, "rejected: no way to reach the person\n");
}

static void a_load_is_counted(void **state)
{
    (void)state;
    assert_int_equal(run("publish --count 200 --id load --json"), 0);
    static const char counted[] = "{\"sent\": 200, \"accepted\": 200, \"duplicates\": 0, \"refused\": 0, \"unanswered\": 0, \"ms\": ";
    assert_memory_equal(output, counted, sizeof counted - 1);
    assert_true(told.published >= 200);
}

static void a_lead_can_be_read_from_json(void **state)
{
    (void)state;
    assert_int_equal(run("publish --file - --id j <<'END'\n{\"channel\": \"email\", \"source\": \"inbox\", \"emails\": [\"a@example.com\"]}\nEND\n"), 0);
    assert_int_equal(run("publish --file - <<'END'\n{\"channel\": \"email\", \"source\": \"inbox\", \"langauge\": \"it\"}\nEND\n"), 2);
    assert_non_null(strstr(output, "lead 1: 'langauge' is not a field of a lead; did you mean 'language'?"));
}

static void without_a_broker_it_ends_with_3(void **state)
{
    (void)state;
    struct scripted_broker *kept = broker;
    broker = NULL;
    assert_int_equal(run("status --timeout 1"), 3);
    assert_non_null(strstr(output, "is leadwire-broker running?"));
    assert_int_equal(run("publish --timeout 1 --id x1"), 3);
    assert_non_null(strstr(output, "repeat with --id x1"));
    broker = kept;
}

static void wrong_usage_ends_with_2_and_a_hint(void **state)
{
    (void)state;
    assert_int_equal(run(""), 2);
    assert_int_equal(run("statsu"), 2);
    assert_string_equal(output, "leadwire: there is no command 'statsu'; did you mean 'status'?\n");
    assert_int_equal(run("status --jsno"), 2);
    assert_non_null(strstr(output, "there is no option --jsno; did you mean --json?"));
    assert_int_equal(run("status --watch soon"), 2);
    assert_int_equal(run("explain"), 2);
    assert_int_equal(run("explain a b"), 2);
    assert_int_equal(run("check '" SMALL_BUSINESS "'"), 0);
}

/* Every command and every option of its --help is in leadwire(1). */
static void the_manual_page_lists_every_command_and_option(void **state)
{
    (void)state;
    static char page[64 * 1024], overview[TOOL_OUTPUT_MAX], plain[64 * 1024];
    tool_read_file(LEADWIRE_SOURCE_DIR "/tools/leadwire/leadwire.1", page, sizeof page);
    size_t used = 0;
    for (const char *c = page; *c != '\0'; c++) {   /* without the backslashes of roff */
        if (*c != '\\')
            plain[used++] = *c;
    }
    assert_int_equal(run("help"), 0);
    memcpy(overview, output, sizeof overview);
    size_t commands = 0, options = 0;
    char *lines = NULL;
    for (char *line = strtok_r(overview, "\n", &lines); line != NULL; line = strtok_r(NULL, "\n", &lines)) {
        char name[32], wanted[64], help[64];
        if (strncmp(line, "  leadwire", 10) == 0 || sscanf(line, "  %31[a-z-]", name) != 1 || line[2] == ' ' || line[0] != ' ')
            continue;
        commands++;
        snprintf(wanted, sizeof wanted, "leadwire %s", name);
        if (strstr(plain, wanted) == NULL)
            fail_msg("'%s' is not in leadwire.1", wanted);
        snprintf(help, sizeof help, "%s --help", name);
        assert_int_equal(run(help), 0);
        char *rest = NULL;
        for (char *row = strtok_r(output, "\n", &rest); row != NULL; row = strtok_r(NULL, "\n", &rest)) {
            char option[64];
            if (sscanf(row, "  --%63[a-z-]", option) != 1)
                continue;
            options++;
            snprintf(wanted, sizeof wanted, "--%.60s", option);
            if (strstr(plain, wanted) == NULL)
                fail_msg("'%s' of '%s' is not in leadwire.1", wanted, name);
        }
    }
    assert_int_equal(commands, 23);
    assert_true(options > 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(status_speaks_plainly),
        TEST(status_tells_of_an_opening_while_it_lasts),
        TEST(status_shows_the_level_in_force_beside_the_one_asked),
        TEST(status_of_a_store_that_is_away_tells_no_counts_and_ends_with_3),
        TEST(status_warns_near_a_bound),
        TEST(status_warns_of_ids_that_were_forgotten),
        TEST(status_warns_of_leads_told_busy_for_young_ids),
        TEST(status_ends_with_1_when_the_store_is_full),
        TEST(explain_names_the_chosen_first_and_why_not_the_others),
        TEST(explain_tells_a_rep_what_went_elsewhere_and_why),
        TEST(apply_sends_the_file_as_written_with_what_it_means),
        TEST(apply_passes_on_what_the_broker_refuses),
        TEST(config_show_gives_the_file_back),
        TEST(a_managers_act_says_who_and_why),
        TEST(a_manager_merges_parts_and_reopens_leads),
        TEST(explain_tells_of_merged_leads_behind_the_lead),
        TEST(a_manager_assigns_holds_and_prioritises),
        TEST(a_manager_sets_a_reps_state),
        TEST(publish_prints_the_lead_id),
        TEST(a_load_is_counted),
        TEST(a_lead_can_be_read_from_json),
        TEST(without_a_broker_it_ends_with_3),
        TEST(wrong_usage_ends_with_2_and_a_hint),
        TEST(the_manual_page_lists_every_command_and_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
