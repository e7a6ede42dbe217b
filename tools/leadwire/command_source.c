/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire source SOURCE pause|resume - a manager pauses a source, or lets it go on, with who and why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"

static void print_done(const char *source, bool pause, bool was_so_before, bool is_json)
{
    struct json_out out;
    if (!is_json) {
        printf(pause ? "source %s is paused: its publishers are told busy\n" : "source %s goes on\n", source);
        return;
    }
    json_begin_line(&out, stdout);
    json_put_text(&out, "source", source);
    json_put_bool(&out, "paused", pause);
    json_put_bool(&out, "was_so_before", was_so_before);
    json_end_line(&out);
}

static int set_source(const struct cli *cli, bool pause, const char *by, const char *reason, bool is_json)
{
    struct control_client *control = NULL;
    int code = cli_control_open(cli, &control);
    if (code != EXIT_DONE)
        return code;
    Leadwire__V1__SourceCommand command = LEADWIRE__V1__SOURCE_COMMAND__INIT;
    command.source = (char *)cli->arguments[0];
    command.pause = pause;
    command.by = (char *)by;
    command.reason = (char *)reason;
    struct wire_message message = {.type = WIRE_SOURCE_COMMAND, .source_command = &command}, reply;
    code = cli_ask(cli, control, &message, WIRE_REPLY, &reply);
    if (code == EXIT_DONE)
        code = cli_judge_reply(cli, reply.reply);
    if (code == EXIT_DONE)
        print_done(cli->arguments[0], pause, reply.reply->status == LEADWIRE__V1__STATUS__STATUS_DUPLICATE, is_json);
    control_client_close(&control);
    return code;
}

int command_source(int argc, char **argv)
{
    bool is_json = false;
    const char *by = getenv("USER"), *reason = NULL;
    const struct cli_option options[] = {
        {"reason", "WHY", CLI_TEXT, &reason, 0, 0, "why (needed)"},
        {"by", "NAME", CLI_TEXT, &by, 0, 0, "who ($USER)"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "source", .arguments = "SOURCE pause|resume", .arguments_min = 2, .arguments_max = 2,
        .uses_broker = true, .options = options, .option_count = 3,
        .about = "Pauses a source, as leads name it: no lead of it is taken until it is resumed. Its publishers are told busy and\n"
                 "keep what they have; callers hear what they hear from a broker that is busy. 'leadwire status' shows what is paused.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (reason == NULL || reason[0] == '\0')
        return cli_usage_error(&cli, "needs --reason WHY");
    const bool pause = strcmp(cli.arguments[1], "pause") == 0;
    if (!pause && strcmp(cli.arguments[1], "resume") != 0)
        return cli_usage_error(&cli, "a source can be told pause or resume, not '%.32s'", cli.arguments[1]);
    return set_source(&cli, pause, by != NULL ? by : "", reason, is_json);
}
