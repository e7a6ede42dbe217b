/* SPDX-License-Identifier: Apache-2.0
 *
 * The model of `leadwire top`, filled by events as a broker tells them, and the lines that are drawn of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "top_view.h"

enum { NOW_MS = 1000000 };   /* of the clock that is ours; the desk's time is BASE then */
#define BASE 1767225600000

static struct top_model model;
static struct top_view view;
static struct top_lines lines;

/* Who has or is offered the lead that is told of next, and who else, and why. */
static struct { const char *rep, *also[2]; size_t also_count; const char *cause; } next;

static int set_up(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    view = (struct top_view){.sort = TOP_BY_NAME};
    memset(&next, 0, sizeof next);
    return top_model_init(&model) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    top_model_fini(&model);
    top_lines_fini(&lines);
    return 0;
}

static struct lw_event blank(lw_events_kind kind)
{
    return (struct lw_event){
        .kind = kind, .cause = "", .rep = "", .lead_id = "", .queue = "", .source = "", .disposition = "", .reason = "", .preferred_rep = "", .by = "",
        .set_by = "", .other_lead_id = "", .nobody = "", .at_unix_ms = BASE,
    };
}

static void tell(lw_events_kind kind)
{
    const struct lw_event event = blank(kind);
    top_model_take_event(&model, &event, BASE);
}

static void lead(unsigned number, const char *queue, lw_lead_state from, lw_lead_state to, int64_t age_ms)
{
    char id[DESK_ID_TEXT_MAX];
    struct lw_event event = blank(LW_EVENTS_LEAD);
    desk_id_format((struct desk_id){7, number}, id);
    event.lead_id = id;
    event.queue = queue;
    event.from = from;
    event.to = to;
    event.channel = LW_CHANNEL_WEB;
    event.received_unix_ms = BASE - age_ms;
    event.cause = next.cause != NULL ? next.cause : "published";
    event.rep = next.rep != NULL ? next.rep : "";
    event.also_offered = next.also;
    event.also_offered_count = next.also_count;
    top_model_take_event(&model, &event, BASE);
    memset(&next, 0, sizeof next);
}

static void rep(const char *name, lw_rep_state state, const char *cause)
{
    struct lw_event event = blank(LW_EVENTS_REP);
    event.rep = name;
    event.rep_state = state;
    event.capacity = 3;
    event.connected = state != LW_REP_OFFLINE;
    event.cause = cause;
    top_model_take_event(&model, &event, BASE);
}

static void status(const char *store, char *warning)
{
    Leadwire__V1__StatusReply reply = LEADWIRE__V1__STATUS_REPLY__INIT;
    reply.desk = (char *)"main";
    reply.version = (char *)"0.1.0";
    reply.store_state = (char *)store;
    reply.durability = (char *)"always";
    reply.now_unix_ms = BASE;
    reply.store_warnings = &warning;
    reply.n_store_warnings = warning != NULL;
    top_model_take_status(&model, &reply, NOW_MS);
}

/* Service levels: of the desk a minute; queue calm counts in a team's hours. */
static void rules(void)
{
    Leadwire__V1__ConfigReply reply = LEADWIRE__V1__CONFIG_REPLY__INIT;
    Leadwire__V1__DeskConfig config = LEADWIRE__V1__DESK_CONFIG__INIT;
    Leadwire__V1__OrderConfig of_desk = LEADWIRE__V1__ORDER_CONFIG__INIT, of_calm = LEADWIRE__V1__ORDER_CONFIG__INIT;
    Leadwire__V1__QueueConfig calm = LEADWIRE__V1__QUEUE_CONFIG__INIT, *queues[] = {&calm};
    of_desk.service_level_ms = of_calm.service_level_ms = 60000;
    of_calm.hours_of = (char *)"inside";
    calm.name = (char *)"calm";
    calm.order = &of_calm;
    config.order = &of_desk;
    config.queues = queues;
    config.n_queues = 1;
    reply.config = &config;
    top_model_take_rules(&model, &reply);
}

static const struct top_queue *queue_named(const char *name)
{
    return &model.queues[top_names_put(&model.queue_names, name, TOP_QUEUES_MAX)];
}

static void draw(size_t height)
{
    top_model_count(&model, BASE);
    assert_true(top_view_draw(&view, &model, BASE, height, &lines));
}

static const struct top_line *line_with(const char *text)
{
    for (size_t i = 0; i < lines.count; i++) {
        if (strstr(lines.lines[i].text, text) != NULL)
            return &lines.lines[i];
    }
    return NULL;
}

static void leads_are_counted_by_queue_state_and_age(void **state)
{
    (void)state;
    lead(1, "solar", LW_LEAD_NONE, LW_LEAD_WAITING, 59000);
    lead(2, "solar", LW_LEAD_NONE, LW_LEAD_WAITING, 60000);
    lead(3, "solar", LW_LEAD_NONE, LW_LEAD_WAITING, 44999);
    lead(4, "calm", LW_LEAD_NONE, LW_LEAD_WAITING, 3600000);
    lead(5, "solar", LW_LEAD_NONE, LW_LEAD_WAITING, 0);
    rules();
    assert_false(model.needs_rules);
    lead(5, "solar", LW_LEAD_WAITING, LW_LEAD_OFFERED, 0);
    assert_false(model.needs_rules);
    top_model_count(&model, BASE);
    const struct top_queue *solar = queue_named("solar"), *calm = queue_named("calm");
    assert_int_equal(solar->waiting, 3);
    assert_int_equal(solar->late, 1);
    assert_int_equal(solar->at_risk, 1);
    assert_int_equal(solar->offered, 1);
    assert_int_equal(BASE - solar->oldest_unix_ms, 60000);
    assert_int_equal(calm->waiting, 1);
    assert_int_equal(calm->late, 0);   /* its level counts in hours that we do not know */
    lead(5, "solar", LW_LEAD_OFFERED, LW_LEAD_ASSIGNED, 0);
    lead(2, "solar", LW_LEAD_WAITING, LW_LEAD_CANCELLED, 0);
    top_model_count(&model, BASE);
    assert_int_equal(queue_named("solar")->in_hand, 1);
    assert_int_equal(queue_named("solar")->late, 0);
    assert_int_equal(model.channels[LW_CHANNEL_WEB].open, 4);
    assert_int_equal(model.channels[LW_CHANNEL_WEB].waiting, 3);
    lead(6, "unheard-of", LW_LEAD_NONE, LW_LEAD_WAITING, 0);
    assert_true(model.needs_rules);    /* they tell its level */
}

static void a_new_snapshot_forgets_leads_and_keeps_arrivals(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 1000; i++)
        lead(i, "solar", LW_LEAD_NONE, LW_LEAD_WAITING, 0);
    for (unsigned i = 1; i <= 1000; i += 2)
        lead(i, "solar", LW_LEAD_WAITING, LW_LEAD_COMPLETED, 0);
    assert_int_equal(model.leads.count, 500);
    for (unsigned i = 2; i <= 1000; i += 2)
        assert_non_null(top_leads_find(&model.leads, (struct desk_id){7, i}));
    rep("anna", LW_REP_AVAILABLE, "logged_on");
    tell(LW_EVENTS_RESET);
    draw(0);
    assert_int_equal(queue_named("solar")->waiting, 0);
    assert_null(line_with("anna"));
    assert_int_equal(top_model_arrived(&model, LW_CHANNEL_WEB, BASE, TOP_SLOTS), 1000);
    assert_false(model.is_live);
    tell(LW_EVENTS_LIVE);
    assert_true(model.is_live);
}

static void arrivals_fall_out_of_the_window(void **state)
{
    (void)state;
    lead(1, "solar", LW_LEAD_NONE, LW_LEAD_WAITING, 0);
    assert_int_equal(top_model_arrived(&model, LW_CHANNEL_WEB, BASE, 6), 1);
    assert_int_equal(top_model_arrived(&model, LW_CHANNEL_WEB, BASE + 60000, 6), 0);
    assert_int_equal(top_model_arrived(&model, LW_CHANNEL_WEB, BASE + 60000, TOP_SLOTS), 1);
    assert_int_equal(top_model_arrived(&model, LW_CHANNEL_WEB, BASE + (int64_t)TOP_SLOTS * TOP_SLOT_MS, TOP_SLOTS), 0);
    struct lw_event late = blank(LW_EVENTS_LEAD);
    late.lead_id = "7-2";
    late.to = LW_LEAD_WAITING;
    late.channel = LW_CHANNEL_WEB;
    late.at_unix_ms = BASE + 3 * (int64_t)TOP_SLOTS * TOP_SLOT_MS;
    top_model_take_event(&model, &late, BASE);
    assert_int_equal(top_model_arrived(&model, LW_CHANNEL_WEB, late.at_unix_ms, TOP_SLOTS), 1);
}

static void what_is_worst_comes_first(void **state)
{
    (void)state;
    uint32_t order[16];
    lead(1, "calm", LW_LEAD_NONE, LW_LEAD_WAITING, 9000000);
    lead(2, "late", LW_LEAD_NONE, LW_LEAD_WAITING, 60000);
    lead(3, "risk", LW_LEAD_NONE, LW_LEAD_WAITING, 50000);
    lead(4, "new", LW_LEAD_NONE, LW_LEAD_WAITING, 0);
    lead(5, "empty", LW_LEAD_NONE, LW_LEAD_PARKED, 0);
    rules();
    top_model_count(&model, BASE);
    assert_int_equal(top_view_order_queues(&view, &model, order), 5);
    const char *const expected[] = {"late", "risk", "calm", "new", "empty"};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(model.queue_names.names[order[i]], expected[i]);
    status("ready", NULL);
    draw(0);
    assert_int_equal(line_with("late  ")->style, TOP_BAD);
    assert_int_equal(line_with("risk  ")->style, TOP_WARN);
    assert_non_null(line_with("leads  0 waiting (1 late, 1 at risk)"));
}

static void reps_are_sorted_as_asked_and_filtered(void **state)
{
    (void)state;
    uint32_t order[16];
    rep("anna", LW_REP_OFFLINE, "logged_off");
    rep("bruno", LW_REP_AVAILABLE, "");
    rep("carla", LW_REP_BREAK, "state_set");
    for (unsigned i = 1; i <= 3; i++) {
        next.rep = i == 3 ? "bruno" : "carla";
        lead(i, "solar", LW_LEAD_NONE, LW_LEAD_ASSIGNED, 0);
    }
    top_model_count(&model, BASE);
    static const char *const expected[TOP_SORTS] = {"anna", "bruno", "carla", "anna"};   /* the first of each */
    for (enum top_sort sort = TOP_BY_NAME; sort < TOP_SORTS; sort++) {
        view.sort = sort;
        assert_int_equal(top_view_order_reps(&view, &model, order), 3);
        assert_string_equal(model.rep_names.names[order[0]], expected[sort]);
    }
    draw(0);
    assert_non_null(line_with("carla                    break         2/3  changed state 0s ago"));
    assert_non_null(line_with("bruno                    available     1/3  -"));
    snprintf(view.filter, sizeof view.filter, "arl");
    assert_int_equal(top_view_order_reps(&view, &model, order), 1);
    snprintf(view.filter, sizeof view.filter, "nobody");
    draw(0);
    assert_non_null(line_with("no rep with such a name"));
}

static const struct top_rep *rep_named(const char *name)
{
    return &model.reps[top_names_put(&model.rep_names, name, TOP_REPS_MAX)];
}

static void loads_and_last_acts_follow_the_leads(void **state)
{
    (void)state;
    rep("anna", LW_REP_AVAILABLE, "logged_on");
    assert_string_equal(rep_named("anna")->last_act, "logged on");
    next.rep = "anna", next.also[0] = "bruno", next.also_count = 1, next.cause = "offered";
    lead(1, "solar", LW_LEAD_WAITING, LW_LEAD_OFFERED, 0);
    top_model_count(&model, BASE);
    assert_int_equal(rep_named("anna")->load, 1);
    assert_int_equal(rep_named("bruno")->load, 1);
    next.rep = "anna", next.also[0] = "bruno", next.also_count = 1, next.cause = "declined";   /* anna leaves, bruno's offer stays */
    lead(1, "solar", LW_LEAD_OFFERED, LW_LEAD_OFFERED, 0);
    top_model_count(&model, BASE);
    assert_int_equal(rep_named("anna")->load, 0);
    assert_int_equal(rep_named("bruno")->load, 1);
    assert_string_equal(rep_named("anna")->last_act, "declined");
    assert_null(rep_named("bruno")->last_act);
    next.cause = "expired";   /* the event names nobody: it was who had it */
    lead(1, "solar", LW_LEAD_OFFERED, LW_LEAD_WAITING, 0);
    top_model_count(&model, BASE);
    assert_int_equal(rep_named("bruno")->load, 0);
    assert_string_equal(rep_named("bruno")->last_act, "missed an offer");
}

static void a_screen_is_filled_and_never_overfilled(void **state)
{
    (void)state;
    char name[32];
    status("ready", NULL);
    for (unsigned i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "queue-%02u", i);
        lead(i + 1, name, LW_LEAD_NONE, LW_LEAD_WAITING, 1000);
        snprintf(name, sizeof name, "rep-%02u", i);
        rep(name, LW_REP_AVAILABLE, "");
    }
    for (size_t height = 1; height < 200; height++) {
        draw(height);
        assert_int_equal(lines.count, height);
        assert_non_null(strstr(lines.lines[height - 1].text, "q quit"));
    }
    view.first_rep = 1000;
    draw(30);
    assert_non_null(line_with("to 60 of 60"));
    assert_non_null(line_with("rep-59"));
    assert_non_null(line_with("and 54 more"));   /* queues have a third of the screen: a head, 6 and this */
    draw(0);
    assert_non_null(line_with("queue-59"));
    assert_non_null(line_with("rep-00"));
}

static void what_the_store_says_is_seen_and_does_no_harm(void **state)
{
    (void)state;
    draw(24);
    assert_non_null(line_with("asking the broker"));
    status("away", (char *)"it \x1b[2J clears\n");
    draw(24);
    assert_int_equal(line_with("store  away")->style, TOP_BAD);
    assert_non_null(line_with("warning: it ?[2J clears?"));
    view.banner = "the broker does not answer";
    draw(24);
    assert_int_equal(line_with("the broker does not answer")->style, TOP_BAD);
    assert_int_equal(top_model_now(&model, NOW_MS + 500), BASE + 500);
}

static void times_are_short(void **state)
{
    (void)state;
    char text[16];
    assert_string_equal(top_duration(-1, text), "-");
    assert_string_equal(top_duration(59999, text), "59s");
    assert_string_equal(top_duration(200000, text), "3m20s");
    assert_string_equal(top_duration(7500000, text), "2h05m");
    assert_string_equal(top_duration(273600000, text), "3d04h");
    top_duration(INT64_MAX, text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(leads_are_counted_by_queue_state_and_age), TEST(a_new_snapshot_forgets_leads_and_keeps_arrivals),
        TEST(arrivals_fall_out_of_the_window), TEST(what_is_worst_comes_first), TEST(reps_are_sorted_as_asked_and_filtered),
        TEST(loads_and_last_acts_follow_the_leads), TEST(a_screen_is_filled_and_never_overfilled), TEST(what_the_store_says_is_seen_and_does_no_harm), TEST(times_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
