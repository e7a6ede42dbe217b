/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire lead ACT LEAD [REP|WHEN|PRIORITY|INTO] - a manager's act on one lead, with who and why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"
#include "wall_clock.h"
#include "when_text.h"
#include "yaml_doc.h"

enum argument { ARGUMENT_NONE, ARGUMENT_REP, ARGUMENT_WHEN, ARGUMENT_PRIORITY, ARGUMENT_LEAD };

static const struct { const char *name; Leadwire__V1__LeadAct act; const char *done; enum argument argument; } acts[] = {
    {"cancel", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_CANCEL, "cancelled", ARGUMENT_NONE},
    {"release", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_RELEASE, "released: it waits again", ARGUMENT_NONE},
    {"take-back", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_TAKE_BACK, "taken back: it waits for another rep", ARGUMENT_NONE},
    {"credit", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_CREDIT, "credited: it does not count in its rep's share", ARGUMENT_NONE},
    {"assign", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_ASSIGN, "assigned", ARGUMENT_REP},
    {"hold", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_HOLD, "held: it sleeps until its time, or until it is released", ARGUMENT_WHEN},
    {"prioritise", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_PRIORITISE, "given its new priority", ARGUMENT_PRIORITY},
    {"reopen", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_REOPEN, "reopened: it waits again", ARGUMENT_NONE},
    {"part", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_PART, "parted: it waits again, with its own contacts", ARGUMENT_NONE},
    {"merge", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_MERGE, "merged: all that it had is with the other lead", ARGUMENT_LEAD},
};
static const char *const act_names[] = {"cancel", "release", "take-back", "credit", "assign", "hold", "prioritise", "merge", "part", "reopen", NULL};
enum { ACT_COUNT = sizeof acts / sizeof acts[0], PRIORITY_MAX = 200 };

/* What stands behind the lead. EXIT_DONE, or the exit code after a complaint. */
static int read_argument(const struct cli *cli, enum argument argument, Leadwire__V1__LeadCommand *command)
{
    const char *word = cli->argument_count > 2 ? cli->arguments[2] : NULL;
    char *end = NULL;
    unsigned long priority;
    switch (argument) {
    case ARGUMENT_NONE:
        return word == NULL ? EXIT_DONE : cli_usage_error(cli, "takes nothing behind the lead");
    case ARGUMENT_REP:
        command->rep = (char *)(word != NULL ? word : "");
        return word != NULL ? EXIT_DONE : cli_usage_error(cli, "needs the rep who is to have it: lead assign LEAD REP");
    case ARGUMENT_WHEN:
        if (word == NULL || when_text_parse(word, wall_clock_unix_ms(), &command->until_unix_ms))
            return EXIT_DONE;
        return cli_usage_error(cli, "%.32s is no time: write 30m, 2h, 15:30 or 2026-11-26T15:30", word);
    case ARGUMENT_PRIORITY:
        priority = word != NULL ? strtoul(word, &end, 10) : 0;
        command->priority = (uint32_t)priority;
        if (word != NULL && *word >= '0' && *word <= '9' && *end == '\0' && priority <= PRIORITY_MAX)
            return EXIT_DONE;
        return cli_usage_error(cli, "needs a priority of 0 to %d: lead prioritise LEAD 90", PRIORITY_MAX);
    case ARGUMENT_LEAD:
        command->into_lead_id = (char *)(word != NULL ? word : "");
        return word != NULL ? EXIT_DONE : cli_usage_error(cli, "needs the lead that is to have it all: lead merge LEAD INTO");
    }
    return EXIT_USAGE;
}

static int command_act(const struct cli *cli, size_t act, const char *by, const char *reason, bool is_json)
{
    struct control_client *control = NULL;
    Leadwire__V1__LeadCommand command = LEADWIRE__V1__LEAD_COMMAND__INIT;
    int code = read_argument(cli, acts[act].argument, &command);
    if (code != EXIT_DONE)
        return code;
    code = cli_control_open(cli, &control);
    if (code != EXIT_DONE)
        return code;
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
        .command = "lead", .arguments = "ACT LEAD [REP|WHEN|PRIORITY|INTO]", .arguments_min = 2, .arguments_max = 3,
        .uses_broker = true, .options = options, .option_count = 3,
        .about = "cancel     ends the lead: the prospect went away, or it never was one\n"
                 "release    a parked or scheduled lead waits again, with a new waiting limit\n"
                 "take-back  takes the lead from the rep who has it or is offered it; it goes to another\n"
                 "credit     the lead does not count in its rep's fair share: a duplicate, a no-show\n"
                 "assign     LEAD REP: the rep has it at once, over the rules. Checked are only that the rep is logged on,\n"
                 "           has room and, for a call, a device\n"
                 "hold       LEAD [WHEN]: a waiting or parked lead sleeps until then, or until it is released\n"
                 "prioritise LEAD PRIORITY: 0 to 200; higher goes first\n"
                 "merge      LEAD INTO: the contacts of LEAD become contacts of INTO, which stays where it is; LEAD ends\n"
                 "part       a lead that was merged within reopen_for waits again, with its own contacts, which INTO loses\n"
                 "reopen     a lead that has ended waits again, if it ended within the desk's reopen_for",
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
    return cli_usage_error(&cli, "there is no 'lead %.32s'; %s%s%s", cli.arguments[0],
                           nearest != NULL ? "did you mean lead " : "'leadwire lead --help' lists the acts",
                           nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
}
