/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire state REP available|break|offline - a manager sets a rep's state, with who and why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"

static const struct { const char *name; Leadwire__V1__RepState state; const char *done; } states[] = {
    {"available", LEADWIRE__V1__REP_STATE__REP_STATE_AVAILABLE, "available"},
    {"break", LEADWIRE__V1__REP_STATE__REP_STATE_BREAK, "on a break"},
    {"offline", LEADWIRE__V1__REP_STATE__REP_STATE_OFFLINE, "logged off"},
};
enum { STATE_COUNT = sizeof states / sizeof states[0] };

static int set_state(const struct cli *cli, size_t state, const char *by, const char *reason, bool is_json)
{
    struct control_client *control = NULL;
    int code = cli_control_open(cli, &control);
    if (code != EXIT_DONE)
        return code;
    Leadwire__V1__RepCommand command = LEADWIRE__V1__REP_COMMAND__INIT;
    command.rep = (char *)cli->arguments[0];
    command.state = states[state].state;
    command.by = (char *)by;
    command.reason = (char *)reason;
    struct wire_message message = {.type = WIRE_REP_COMMAND, .rep_command = &command}, reply;
    code = cli_ask(cli, control, &message, WIRE_REPLY, &reply);
    if (code == EXIT_DONE)
        code = cli_judge_reply(cli, reply.reply);
    if (code == EXIT_DONE && is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_text(&out, "rep", cli->arguments[0]);
        json_put_text(&out, "state", states[state].name);
        json_put_bool(&out, "was_so_before", reply.reply->status == LEADWIRE__V1__STATUS__STATUS_DUPLICATE);
        json_end_line(&out);
    } else if (code == EXIT_DONE) {
        printf("rep %s is %s\n", cli->arguments[0], states[state].done);
    }
    control_client_close(&control);
    return code;
}

int command_state(int argc, char **argv)
{
    bool is_json = false;
    const char *by = getenv("USER"), *reason = NULL;
    const struct cli_option options[] = {
        {"reason", "WHY", CLI_TEXT, &reason, 0, 0, "why; the rep is told it (needed)"},
        {"by", "NAME", CLI_TEXT, &by, 0, 0, "who ($USER)"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "state", .arguments = "REP available|break|offline", .arguments_min = 2, .arguments_max = 2,
        .uses_broker = true, .options = options, .option_count = 3,
        .about = "Sets the state of a rep who is logged on. The rep is told who did it and why, and can change it again.\n"
                 "offline ends the session: offers go back at once, assigned leads stay or return as the rules say.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (reason == NULL || reason[0] == '\0')
        return cli_usage_error(&cli, "needs --reason WHY");
    for (size_t i = 0; i < STATE_COUNT; i++) {
        if (strcmp(states[i].name, cli.arguments[1]) == 0)
            return set_state(&cli, i, by != NULL ? by : "", reason, is_json);
    }
    return cli_usage_error(&cli, "there is no state '%.32s' to set; available, break and offline are", cli.arguments[1]);
}
