/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire top - queues, reps, channels and the broker, live on the terminal, or once.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "top_json.h"
#include "top_screen.h"
#include "wall_clock.h"

enum {
    REFRESH_MS = 1000, REDRAW_MS = 250, ASK_MS = 1000, ASK_AWAY_MS = 200, EVENTS_PER_TURN = 4096, BANNER_SIZE = 200,
};

struct top {
    const struct cli *cli;
    struct top_model model;
    struct top_view view;
    struct top_lines lines;
    struct lw_events *events;
    struct control_client *control;
    uint64_t asked_at_ms;           /* 0: not yet */
    bool is_away;                   /* the last question had no answer */
    char banner[BANNER_SIZE];
};

/* True: something came, which may have changed what is shown. */
static bool take_events(struct top *top)
{
    struct lw_event event;
    for (int i = 0; i < EVENTS_PER_TURN; i++) {
        if (lw_events_next(top->events, &event) != LW_OK)
            return i > 0;
        top_model_take_event(&top->model, &event, wall_clock_unix_ms());
    }
    return true;
}

static void ask_rules(struct top *top, int timeout_ms)
{
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_CONFIG_REQUEST, .config_request = &request}, reply;
    if (control_client_ask(top->control, &message, timeout_ms, &reply) == LW_OK && reply.type == WIRE_CONFIG_REPLY)
        top_model_take_rules(&top->model, reply.config_reply);
}

/* The broker's word on itself, and on its rules where they are new. Gives the status; *reply lives until the next question. */
static lw_status ask_broker(struct top *top, int timeout_ms, struct wire_message *reply)
{
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_STATUS_REQUEST, .status_request = &request};
    const lw_status status = control_client_ask(top->control, &message, timeout_ms, reply);
    top->asked_at_ms = wall_clock_monotonic_ms();
    if (status != LW_OK || reply->type != WIRE_STATUS_REPLY || reply->status_reply->counts_untold)
        return status;
    if (reply->status_reply->config_version != top->model.broker.config_version)
        top->model.needs_rules = true;
    top_model_take_status(&top->model, reply->status_reply, top->asked_at_ms);
    return LW_OK;
}

/* Every second; keys wait for it, so that a broker that is away is given less time. True: it was asked. */
static bool refresh_broker(struct top *top)
{
    struct wire_message reply;
    const uint64_t now_ms = wall_clock_monotonic_ms();
    if (top->asked_at_ms != 0 && now_ms - top->asked_at_ms < REFRESH_MS)
        return false;
    const lw_status status = ask_broker(top, top->is_away ? ASK_AWAY_MS : ASK_MS, &reply);
    const bool is_untold = status == LW_OK && reply.type == WIRE_STATUS_REPLY && reply.status_reply->counts_untold;
    top->is_away = status != LW_OK || reply.type != WIRE_STATUS_REPLY || is_untold;
    if (!top->is_away && top->model.needs_rules)
        ask_rules(top, ASK_MS);
    top->view.banner = NULL;
    if (status == LW_REFUSED || (status == LW_OK && reply.type != WIRE_STATUS_REPLY))
        snprintf(top->banner, sizeof top->banner, "the broker does not let us look: %s",
                 status == LW_OK ? "this is no business of ours" : control_client_error(top->control));
    else if (is_untold)
        snprintf(top->banner, sizeof top->banner, "the broker's store is %s: %s. What is shown is how it was", reply.status_reply->store_state,
                 reply.status_reply->store_reason);
    else if (top->is_away)
        snprintf(top->banner, sizeof top->banner, "%s; trying again. What is shown is how it was",
                 top->model.broker.is_known ? "the broker does not answer" : "no broker answers yet");
    else if (!top->model.is_live)
        snprintf(top->banner, sizeof top->banner, "the broker is there; reading the desk");
    else
        return true;
    top->view.banner = top->banner;
    return true;
}

static void draw(struct top *top)
{
    const int64_t now_unix_ms = top_model_now(&top->model, wall_clock_monotonic_ms());
    top_model_count(&top->model, now_unix_ms);
    if (top_view_draw(&top->view, &top->model, now_unix_ms, top_screen_height(), &top->lines))
        top_screen_show(&top->lines);
}

static void scroll(struct top_view *view, size_t page, enum top_key key)
{
    if (key == TOP_KEY_DOWN || key == TOP_KEY_PAGE_DOWN)
        view->first_rep += key == TOP_KEY_DOWN ? 1 : page;
    else if (key == TOP_KEY_HOME)
        view->first_rep = 0;
    else if (key == TOP_KEY_UP || key == TOP_KEY_PAGE_UP)
        view->first_rep -= view->first_rep < (key == TOP_KEY_UP ? 1 : page) ? view->first_rep : key == TOP_KEY_UP ? 1 : page;
}

/* Does what the keys say. False: quit. */
static bool take_keys(struct top *top, bool *has_changed)
{
    struct top_view *view = &top->view;
    for (enum top_key key; (key = top_screen_key(view)) != TOP_KEY_NONE;) {
        *has_changed = true;
        if (key == TOP_KEY_QUIT)
            return false;
        if (key == TOP_KEY_SORT)
            view->sort = (view->sort + 1) % TOP_SORTS;
        view->shows_help = key == TOP_KEY_HELP ? !view->shows_help : view->shows_help;
        view->is_typing_filter = view->is_typing_filter || key == TOP_KEY_FILTER;
        scroll(view, top_screen_height() / 2, key);
    }
    return true;
}

/* until_ms: at the latest then. */
static void wait_for_something(const struct top *top, uint64_t until_ms)
{
    int fds[2], wait_ms = lw_events_wait_ms(top->events);
    const int count = lw_events_fds(top->events, fds);
    struct pollfd polled[3] = {{.fd = fds[0], .events = POLLIN}, {.fd = count > 1 ? fds[1] : -1, .events = POLLIN},
                               {.fd = STDIN_FILENO, .events = POLLIN}};
    const uint64_t now_ms = wall_clock_monotonic_ms();
    const int rest_ms = until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
    poll(polled, 3, wait_ms < 0 || wait_ms > rest_ms ? rest_ms : wait_ms);
}

/* Keys are seen at once; of a busy desk's events, thousands a second, what they come to four times. */
static void run_live(struct top *top)
{
    uint64_t drawn_at_ms = 0;
    bool is_stale = true;
    while (!cli_stopped()) {
        bool is_pressed = false;
        is_stale = take_events(top) || is_stale;
        is_stale = refresh_broker(top) || is_stale;
        if (!take_keys(top, &is_pressed))
            return;
        const uint64_t now_ms = wall_clock_monotonic_ms();
        if (is_pressed || (is_stale && now_ms - drawn_at_ms >= REDRAW_MS)) {
            draw(top);
            drawn_at_ms = now_ms;
            is_stale = false;
        }
        const uint64_t refresh_at_ms = top->asked_at_ms + REFRESH_MS, redraw_at_ms = drawn_at_ms + REDRAW_MS;
        wait_for_something(top, is_stale && redraw_at_ms < refresh_at_ms ? redraw_at_ms : refresh_at_ms);
    }
}

/* The desk as it is, read whole. EXIT_UNREACHABLE after the time that --timeout gives. */
static int read_once(struct top *top)
{
    struct wire_message reply;
    const struct cli *cli = top->cli;
    const uint64_t until_ms = wall_clock_monotonic_ms() + cli->timeout_s * 1000;
    const lw_status status = ask_broker(top, (int)(cli->timeout_s * 1000), &reply);
    const int code = cli_judge_answer(cli, top->control, status, WIRE_STATUS_REPLY, &reply);
    if (code != EXIT_DONE)
        return code;
    if (reply.status_reply->counts_untold) {
        cli_complain(cli, "the broker answers, but its store is %s: %s", reply.status_reply->store_state, reply.status_reply->store_reason);
        return EXIT_UNREACHABLE;
    }
    while (!top->model.is_live && !cli_stopped()) {
        if (wall_clock_monotonic_ms() >= until_ms) {
            cli_complain(cli, "the broker answers, but tells nothing of its leads within %u s", (unsigned)cli->timeout_s);
            return EXIT_UNREACHABLE;
        }
        if (!take_events(top))
            wait_for_something(top, until_ms);
    }
    ask_rules(top, (int)(cli->timeout_s * 1000));
    return EXIT_DONE;
}

static int print_once(struct top *top, bool is_json)
{
    int code = read_once(top);
    if (code != EXIT_DONE)
        return code;
    const int64_t now_unix_ms = top_model_now(&top->model, wall_clock_monotonic_ms());
    top_model_count(&top->model, now_unix_ms);
    bool good = is_json ? top_json_print(&top->model, now_unix_ms) : top_view_draw(&top->view, &top->model, now_unix_ms, 0, &top->lines);
    for (size_t i = 0; i < top->lines.count; i++)
        printf("%s\n", top->lines.lines[i].text);
    return !good ? EXIT_UNREACHABLE : strcmp(top->model.broker.store_state, "ready") == 0 ? EXIT_DONE : EXIT_NO;
}

static int open_events(struct top *top)
{
    const struct cli *cli = top->cli;
    char events_endpoint[CLI_ENDPOINT_SIZE], control_endpoint[CLI_ENDPOINT_SIZE];
    if (!cli_endpoint(cli, "events", events_endpoint) || !cli_endpoint(cli, "control", control_endpoint))
        return EXIT_USAGE;
    const struct lw_events_options options = {
        .events_endpoint = events_endpoint, .control_endpoint = control_endpoint, .desk = cli->desk, .client = cli_client_name,
        .key_file = cli->key_file,
    };
    const lw_status status = lw_events_open(&options, &top->events);
    return status == LW_OK ? EXIT_DONE : cli_cannot_open(cli, events_endpoint, status);
}

static int run_top(struct top *top, bool is_once, bool is_json)
{
    int code = open_events(top);
    if (code == EXIT_DONE)
        code = cli_control_open(top->cli, &top->control);
    if (code != EXIT_DONE)
        return code;
    cli_catch_signals();
    if (is_once)
        return print_once(top, is_json);
    if (!top_screen_open())
        return cli_usage_error(top->cli, "needs a terminal that it knows (TERM); '--once' prints the desk once");
    run_live(top);
    top_screen_close();
    return EXIT_DONE;
}

int command_top(int argc, char **argv)
{
    static struct top top;   /* large */
    bool is_once = false, is_json = false;
    const char *events_address = NULL;
    const struct cli_option options[] = {
        {"once", NULL, CLI_FLAG, &is_once, 0, 0, "print it once, as text, and end"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "with --once: one JSON object"},
        {"events-endpoint", "ADDRESS", CLI_TEXT, &events_address, 0, 0, "with --endpoint, which is that of control: that of events"},
    };
    const struct cli_spec spec = {
        .command = "top", .arguments = "", .uses_broker = true, .options = options, .option_count = 3,
        .about = "Shows queues (who waits, how long, who is late), channels, reps and how broker and store are, live, worst first.\n"
                 "Keys: q quit, s sort reps, / filter, ? help. No colours when NO_COLOR is set. Goes on by itself when a broker\n"
                 "comes back. Shows queues and reps, never personal data. With --once it ends with 1 when the store is not ready.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (is_json && !is_once)
        return cli_usage_error(&cli, "--json goes with --once; 'leadwire watch --json' tells changes as they happen");
    cli.events_endpoint = events_address;
    top.cli = &cli;
    if (!top_model_init(&top.model))
        return EXIT_UNREACHABLE;
    const int code = run_top(&top, is_once, is_json);
    control_client_close(&top.control);
    lw_events_close(&top.events);
    top_lines_fini(&top.lines);
    top_model_fini(&top.model);
    return code;
}
