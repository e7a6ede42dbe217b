/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire lead cancel|release|take-back|credit - a manager's act on one lead, with who and why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"
#include "yaml_doc.h"

static const struct { const char *name; Leadwire__V1__LeadAct act; const char *done; } acts[] = {
    {"cancel", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_CANCEL, "cancelled"},
    {"release", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_RELEASE, "released: it waits again"},
    {"take-back", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_TAKE_BACK, "taken back: it waits for another rep"},
    {"credit", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_CREDIT, "credited: it does not count in its rep's share"},
};
static const char *const act_names[] = {"cancel", "release", "take-back", "credit", NULL};
enum { ACT_COUNT = sizeof acts / sizeof acts[0] };

static int command_act(const struct cli *cli, size_t act, const char *by, const char *reason, bool is_json)
{
    struct control_client *control = NULL;
    int code = cli_control_open(cli, &control);
    if (code != EXIT_DONE)
        return code;
    Leadwire__V1__LeadCommand command = LEADWIRE__V1__LEAD_COMMAND__INIT;
    command.lead_id = (char *)cli->arguments[1];
    command.act = acts[act].act;
    command.by = (char *)by;
    command.reason = (char *)reason;
    struct wire_message message = {.type = WIRE_LEAD_COMMAND, .lead_command = &command}, reply;
    code = cli_ask(cli, control, &message, WIRE_REPLY, &reply);
    if (code == EXIT_DONE)
        code = cli_judge_reply(cli, reply.reply);
    if (code == EXIT_DONE && is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_text(&out, "lead_id", cli->arguments[1]);
        json_put_text(&out, "act", acts[act].name);
        json_put_bool(&out, "was_done_before", reply.reply->status == LEADWIRE__V1__STATUS__STATUS_DUPLICATE);
        json_end_line(&out);
    } else if (code == EXIT_DONE) {
        printf("lead %s is %s\n", cli->arguments[1], acts[act].done);
    }
    control_client_close(&control);
    return code;
}

int command_lead(int argc, char **argv)
{
    bool is_json = false;
    const char *by = getenv("USER"), *reason = NULL;
    const struct cli_option options[] = {
        {"reason", "WHY", CLI_TEXT, &reason, 0, 0, "why, for the lead's history (needed); no personal data"},
        {"by", "NAME", CLI_TEXT, &by, 0, 0, "who, for the lead's history ($USER)"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "lead", .arguments = "cancel|release|take-back|credit LEAD", .arguments_min = 2, .arguments_max = 2,
        .uses_broker = true, .options = options, .option_count = 3,
        .about = "cancel     ends the lead: the prospect went away, or it never was one\n"
                 "release    a parked or scheduled lead waits again, with a new waiting limit\n"
                 "take-back  takes the lead from the rep who has it or is offered it; it goes to another\n"
                 "credit     the lead does not count in its rep's fair share: a duplicate, a no-show",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (reason == NULL || reason[0] == '\0')
        return cli_usage_error(&cli, "needs --reason WHY");
    for (size_t i = 0; i < ACT_COUNT; i++) {
        if (strcmp(acts[i].name, cli.arguments[0]) == 0)
            return command_act(&cli, i, by != NULL ? by : "", reason, is_json);
    }
    const char *nearest = yaml_nearest(cli.arguments[0], act_names);
    return cli_usage_error(&cli, "there is no 'lead %.32s'; %s%s?", cli.arguments[0],
                           nearest != NULL ? "did you mean lead " : "would cancel, release, take-back or credit do",
                           nearest != NULL ? nearest : "");
}
