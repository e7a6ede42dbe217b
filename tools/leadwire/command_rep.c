/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire rep NAME - a rep's desk in a terminal, or a robot's.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "rep_act.h"
#include "rep_commands.h"
#include "rep_crm.h"
#include "rep_desk.h"
#include "rep_once.h"
#include "rep_robot.h"
#include "rep_terminal.h"
#include "rep_text.h"
#include "secret_file.h"
#include "wall_clock.h"

enum { SECRET_SIZE_MAX = 260, PROMPT_EVERY_MS = 500, EVENTS_PER_TURN = 256, WORD_SIZE = 32, ACT_WORDS_MAX = 64 };

struct session {
    struct rep_desk desk;
    struct rep_terminal *terminal;   /* NULL: the robot, or once */
    struct rep_once once;
    struct rep_act act;              /* once, and an act is named */
    bool is_once, has_act;
    struct rep_robot robot;
    bool is_steered;                 /* the robot: by words on standard input */
    char word[WORD_SIZE];
    size_t word_size;
    uint64_t until_ms;               /* 0: no end */
    bool is_refused, wants_to_quit;
};

/* Takes what has come, at most so much that the other side of the loop is not starved. */
static void take_events(struct session *session, uint64_t now_ms)
{
    struct rep_desk *desk = &session->desk;
    for (int i = 0; i < EVENTS_PER_TURN; i++) {
        struct lw_rep_event event;
        struct rep_item *item = NULL;
        const lw_status status = rep_desk_take(desk, now_ms, &event, &item);
        if (status == LW_AGAIN)
            return;
        if (status != LW_OK || event.kind == LW_REP_REFUSED)
            session->is_refused = true;
        if (status != LW_OK)
            return;
        if (session->has_act)
            rep_act_take(&session->act, desk, &event);
        else if (session->is_once)
            rep_once_take(&session->once, desk, &event);
        else if (session->terminal != NULL)
            rep_terminal_show(session->terminal, desk, &event, item);
        else
            rep_robot_react(&session->robot, desk, &event, item, now_ms);
        rep_desk_sweep(desk);
    }
}

/* Lines of standard input are words for the robot. False: input has ended. */
static bool read_words(struct session *session, uint64_t now_ms)
{
    char bytes[256];
    const ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
        return false;
    for (ssize_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            session->word[session->word_size] = '\0';
            session->word_size = 0;
            if (!rep_robot_obey(&session->robot, &session->desk, session->word, now_ms))
                fprintf(stderr, "leadwire rep: '%s' is no word for the robot: pause, go, decline, keep, finish, break, ready\n", session->word);
        } else if (session->word_size + 1 < WORD_SIZE) {
            session->word[session->word_size++] = bytes[i];
        }
    }
    return true;
}

/* One turn: events in, acts out, then sleep until something is due. */
static void turn(struct session *session)
{
    struct rep_desk *desk = &session->desk;
    const uint64_t now_ms = wall_clock_monotonic_ms();
    take_events(session, now_ms);
    if (session->is_refused)
        return;
    int wait_ms = lw_rep_wait_ms(desk->rep);
    if (session->is_once) {
        session->wants_to_quit = session->has_act ? session->act.is_done : session->once.is_done;
        if (session->wants_to_quit)
            return;
    } else if (session->terminal == NULL) {
        wait_ms = rep_robot_act(&session->robot, desk, now_ms, wait_ms);
        take_events(session, now_ms);   /* edge-triggered: look again after acting, before sleeping */
    } else {
        rep_terminal_tick(session->terminal, desk, now_ms);
        wait_ms = wait_ms < PROMPT_EVERY_MS ? wait_ms : PROMPT_EVERY_MS;
    }
    struct pollfd polled[2] = {{.fd = lw_rep_fd(desk->rep), .events = POLLIN},
                               {.fd = session->terminal != NULL || session->is_steered ? STDIN_FILENO : -1, .events = POLLIN}};
    poll(polled, 2, wait_ms);
    if (polled[1].revents != 0)
        session->wants_to_quit = !(session->terminal != NULL ? rep_terminal_read(session->terminal, desk) : read_words(session, now_ms));
}

/* What could still be undone is sent, and answers are awaited: a while, for the broker may be away. */
static void finish(const struct cli *cli, struct session *session)
{
    struct rep_desk *desk = &session->desk;
    const uint64_t end_ms = wall_clock_monotonic_ms() + cli->timeout_s * 1000;
    rep_terminal_finish(session->terminal, desk);
    while (rep_desk_is_asking(desk) && !session->is_refused && wall_clock_monotonic_ms() < end_ms) {
        struct pollfd polled = {.fd = lw_rep_fd(desk->rep), .events = POLLIN};
        take_events(session, wall_clock_monotonic_ms());
        const int wait_ms = lw_rep_wait_ms(desk->rep);
        if (rep_desk_is_asking(desk))
            poll(&polled, 1, wait_ms < PROMPT_EVERY_MS ? wait_ms : PROMPT_EVERY_MS);
    }
    if (rep_desk_is_asking(desk)) {
        char seconds[REP_TEXT_NUMBER_SIZE], text[REP_TEXT_SIZE];
        cli_complain(cli, "%s", rep_text_fill(text, sizeof text, "unanswered", "seconds", rep_text_number(cli->timeout_s, seconds), NULL));
    }
}

/* The exit code of an act by itself. */
static int end_act(const struct session *session)
{
    if (!rep_act_print(&session->act, &session->desk) || !session->act.is_done)
        return EXIT_UNREACHABLE;
    const lw_outcome outcome = session->act.outcome;
    if (outcome == LW_OUTCOME_ACCEPTED || outcome == LW_OUTCOME_DUPLICATE)
        return EXIT_DONE;
    return outcome == LW_OUTCOME_REJECTED ? EXIT_REFUSED : EXIT_NO;
}

static int run_session(const struct cli *cli, struct session *session)
{
    char text[REP_TEXT_SIZE];
    while (!session->is_refused && !session->wants_to_quit && !cli_stopped()) {
        if (session->until_ms != 0 && wall_clock_monotonic_ms() >= session->until_ms)
            break;
        turn(session);
    }
    if (session->terminal != NULL)
        finish(cli, session);
    if (session->is_refused) {
        const char *reason = lw_rep_error(session->desk.rep), *cause = rep_text_find("cause_", reason);
        cli_complain(cli, "%s", rep_text_fill(text, sizeof text, "not_had_name", "name", session->desk.name, "why", cause != NULL ? cause : reason, NULL));
        return EXIT_REFUSED;
    }
    if (!session->desk.was_connected) {
        cli_complain(cli, "%s", rep_text_fill(text, sizeof text, "no_broker", "desk", cli->desk, "broker", cli_broker(cli), NULL));
        return EXIT_UNREACHABLE;
    }
    if (session->has_act)
        return end_act(session);
    if (session->is_once)
        return session->once.is_done && rep_once_print(&session->once, &session->desk) ? EXIT_DONE : EXIT_UNREACHABLE;
    rep_commands_summary(&session->desk);
    return EXIT_DONE;
}

/* Opens the connection with the secret in the file. */
static int log_on(const struct cli *cli, struct session *session, const char *secret_path)
{
    char endpoint[CLI_ENDPOINT_SIZE], *secret = NULL;
    if (!cli_endpoint(cli, "reps", endpoint))
        return EXIT_USAGE;
    lw_status status = secret_path != NULL ? secret_read(secret_path, SECRET_SIZE_MAX, &secret) : LW_OK;
    if (status != LW_OK) {
        cli_complain(cli, "%s: %s", secret_path,
                     status == LW_REFUSED ? "others than its owner can read it; chmod 600 it"
                     : status == LW_NOT_FOUND ? "there is no such file" : status == LW_IO ? strerror(errno) : lw_status_text(status));
        return EXIT_USAGE;
    }
    const struct lw_rep_options options = {
        .endpoint = endpoint, .desk = cli->desk, .rep = session->desk.name, .secret = secret, .client = cli_client_name,
        .key_file = cli->key_file,
    };
    status = lw_rep_open(&options, &session->desk.rep);
    secret_free(&secret);
    return status == LW_OK ? EXIT_DONE : cli_cannot_open(cli, endpoint, status);
}

static int run_rep(const struct cli *cli, struct session *session, const char *secret_path, const struct rep_terminal_options *person,
                   const char *log_path)
{
    int code = log_on(cli, session, secret_path);
    if (code != EXIT_DONE)
        return code;
    if (log_path != NULL && (session->desk.log = fopen(log_path, "a")) == NULL) {
        cli_complain(cli, "%s: %s", log_path, strerror(errno));
        code = EXIT_USAGE;
    }
    if (code == EXIT_DONE) {
        cli_catch_signals();
        session->terminal = person != NULL ? rep_terminal_open(person) : NULL;
        code = run_session(cli, session);
        rep_terminal_close(&session->terminal);
    }
    lw_rep_close(&session->desk.rep, !session->is_once || (session->has_act && rep_act_logs_off(&session->act)));   /* who looks once leaves the rest to the desk's grace */
    if (session->desk.log != NULL)
        fclose(session->desk.log);
    return code;
}

/* An empty template is none. */
static bool has_link(struct session *session)
{
    if (session->desk.crm_link != NULL && session->desk.crm_link[0] == '\0')
        session->desk.crm_link = NULL;
    return session->desk.crm_link != NULL;
}

int command_rep(int argc, char **argv)
{
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return EXIT_NO;
    struct rep_robot *robot = &session->robot;
    *robot = (struct rep_robot){.think_ms = 1000, .handle_ms = 3000, .disposition = "won", .seed = 1};
    struct rep_terminal_options person = {.undo_ms = REP_UNDO_USUAL};
    bool is_auto = false, is_json = false;
    const char *secret_path = getenv("LEADWIRE_SECRET_FILE"), *log_path = NULL, *note = NULL, *language = NULL;
    const char **crm_link = &session->desk.crm_link;
    *crm_link = getenv("LEADWIRE_CRM_LINK");
    uint64_t for_s = 0, undo_s = UINT64_MAX;
    const struct cli_option options[] = {
        {"secret-file", "FILE", CLI_TEXT, &secret_path, 0, 0, "holds the rep's secret, mode 0600 ($LEADWIRE_SECRET_FILE)"},
        {"log", "FILE", CLI_TEXT, &log_path, 0, 0, "append one JSON line per event: ids, numbers and times only"},
        {"plain", NULL, CLI_FLAG, &person.is_plain, 0, 0, "no prompt that is drawn anew: for screen readers. So in a pipe"},
        {"language", "LANGUAGE", CLI_TEXT, &language, 0, 0, "en or it, for people (that of LC_ALL, LC_MESSAGES or LANG, else en)"},
        {"crm-link", "ADDRESS", CLI_TEXT, crm_link, 0, 0, "shown with each lead, with {lead}, {phone}, {email}, {name} put in ($LEADWIRE_CRM_LINK)"},
        {"quiet", NULL, CLI_FLAG, &person.is_silent, 0, 0, "no bell when an offer comes"},
        {"undo", "SECONDS", CLI_NUMBER, &undo_s, 0, 60, "so long the end of a lead can be undone (10; in a pipe 0)"},
        {"once", NULL, CLI_FLAG, &session->is_once, 0, 0, "with --json: print what the rep has, or do ACT, and end; leads stay for the desk's grace"},
        {"note", "TEXT", CLI_TEXT, &note, 0, 0, "with the act complete or transfer: goes with it"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "with --once: one JSON object"},
        {"auto", NULL, CLI_FLAG, &is_auto, 0, 0, "a robot accepts and completes, for loads and demos"},
        {"think-ms", "MS", CLI_NUMBER, &robot->think_ms, 0, 600000, "robot: about so long until it answers an offer (1000)"},
        {"handle-ms", "MS", CLI_NUMBER, &robot->handle_ms, 0, 3600000, "robot: about so long until it completes a lead (3000)"},
        {"decline-percent", "N", CLI_NUMBER, &robot->decline_percent, 0, 100, "robot: declines so many of a hundred offers (0)"},
        {"ignore-percent", "N", CLI_NUMBER, &robot->ignore_percent, 0, 100, "robot: lets so many of a hundred offers expire (0)"},
        {"disposition", "CODE", CLI_TEXT, &robot->disposition, 0, 0, "robot: completes with it (won)"},
        {"steered", NULL, CLI_FLAG, &session->is_steered, 0, 0, "robot: obeys words on standard input (pause, go, decline, keep, finish,\n"
                                                               "                           break, ready) and logs off at its end"},
        {"stay-away", NULL, CLI_FLAG, &robot->stays_away, 0, 0, "robot: stays away when set away after misses"},
        {"seed", "N", CLI_NUMBER, &robot->seed, 1, UINT64_MAX, "robot: the same seed, the same choices (1)"},
        {"for", "SECONDS", CLI_NUMBER, &for_s, 1, 86400, "log off after SECONDS"},
    };
    const struct cli_spec spec = {
        .command = "rep", .arguments = "NAME [ACT...]", .arguments_min = 1, .arguments_max = ACT_WORDS_MAX, .uses_broker = true, .options = options,
        .option_count = sizeof options / sizeof options[0],
        .about = "Logs on as rep NAME and shows offers with the seconds left to answer. Commands: a accept, d decline, n note,\n"
                 "c CODE complete, t hand on, m touched, p shared list, b break, r ready, l list, s your day, o choices, q log off; any other word\n"
                 "lists them all. A log-on elsewhere ends this one. Personal data is shown here, to the rep, and nowhere\n"
                 "else. Reconnects by itself. Ends with 4 when the broker will not have the rep.\n"
                 "With --once --json an ACT is done in place of showing, told as one JSON object: accept LEAD, decline LEAD [REASON],\n"
                 "touch LEAD, complete LEAD CODE [WHEN [PLACE]], transfer LEAD rep NAME|team NAME|skill NAME LEVEL|back [WHEN [PLACE]],\n"
                 "pull LEAD, break [REASON], ready, log-off. Ends with 1 when the lead is not the rep's, 4 when the act is refused.",
    };
    struct cli cli;
    const char *wrong;
    int code = EXIT_USAGE;
    if (!cli_parse(&cli, &spec, argc, argv)) {
        code = cli.exit_code;
    } else if (!rep_text_use(language)) {
        code = cli_usage_error(&cli, "--language is en or it");
    } else if (has_link(session) && (wrong = rep_crm_check(*crm_link)) != NULL) {
        code = cli_usage_error(&cli, "%s", wrong);
    } else if ((secret_path == NULL || secret_path[0] == '\0') && cli.key_file == NULL) {
        code = cli_usage_error(&cli, "needs --secret-file FILE, or a --key-file: a secret in an argument could be seen by others");
    } else if (session->is_once != is_json || (session->is_once && is_auto)) {
        code = cli_usage_error(&cli, "--once and --json go together, and not with --auto");
    } else if (!session->is_once && (cli.argument_count > 1 || note != NULL)) {
        code = cli_usage_error(&cli, "an act is done with --once --json");
    } else if (cli.argument_count > 1 && (wrong = rep_act_read(&session->act, cli.arguments + 1, cli.argument_count - 1, note)) != NULL) {
        code = cli_usage_error(&cli, "%s", wrong);
    } else if (cli.argument_count == 1 && note != NULL) {
        code = cli_usage_error(&cli, "--note goes with an act: complete LEAD CODE, or transfer LEAD ...");
    } else if (!rep_once_init(&session->once)) {
        code = EXIT_NO;
    } else {
        session->desk.name = cli.arguments[0];
        for_s = session->is_once ? cli.timeout_s : for_s;
        secret_path = cli.key_file != NULL ? NULL : secret_path;
        robot->seed = rep_robot_seed(robot->seed, session->desk.name);
        session->until_ms = for_s != 0 ? wall_clock_monotonic_ms() + for_s * 1000 : 0;
        session->has_act = cli.argument_count > 1;
        person.undo_ms = undo_s != UINT64_MAX ? undo_s * 1000 : REP_UNDO_USUAL;
        code = run_rep(&cli, session, secret_path, is_auto || session->is_once ? NULL : &person, log_path);
    }
    rep_once_fini(&session->once);
    rep_text_end();
    free(session);
    return code;
}
