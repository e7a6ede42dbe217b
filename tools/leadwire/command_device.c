/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire device DEVICE free|busy|unreachable - what a telephony system sees of a rep's device, from its scripts.
 */
#include <leadwire/publisher.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"

static const struct { const char *name; lw_device_state state; } states[] = {
    {"free", LW_DEVICE_FREE}, {"busy", LW_DEVICE_BUSY}, {"unreachable", LW_DEVICE_UNREACHABLE},
};
enum { STATE_COUNT = sizeof states / sizeof states[0], MINUTES_MAX = 24 * 60 };

static int judge(const struct cli *cli, size_t state, const struct lw_publisher_answer *answer, bool is_json)
{
    const bool was_so = answer->outcome == LW_OUTCOME_DUPLICATE;
    if (answer->outcome == LW_OUTCOME_BUSY) {
        cli_complain(cli, "no answer in time from desk '%s' in %s; say it again", cli->desk, cli_broker(cli));
        return EXIT_UNREACHABLE;
    }
    if (answer->outcome != LW_OUTCOME_ACCEPTED && !was_so) {
        cli_complain(cli, "refused: %s", answer->reason);
        return EXIT_REFUSED;
    }
    if (is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_text(&out, "device", cli->arguments[0]);
        json_put_text(&out, "state", states[state].name);
        json_put_bool(&out, "was_so_before", was_so);
        json_end_line(&out);
    } else {
        printf("device %s is %s\n", cli->arguments[0], states[state].name);
    }
    return EXIT_DONE;
}

static int say(const struct cli *cli, size_t state, uint64_t minutes, bool is_json)
{
    char endpoint[CLI_ENDPOINT_SIZE];
    struct lw_publisher *publisher = NULL;
    struct lw_publisher_answer answer;
    uint64_t ticket = 0;
    if (!cli_endpoint(cli, "publish", endpoint))
        return EXIT_USAGE;
    const struct lw_publisher_options options = {.endpoint = endpoint, .desk = cli->desk, .client = cli_client_name, .pending_max = 1,
                                                 .key_file = cli->key_file};
    lw_status status = lw_publisher_open(&options, &publisher);
    if (status != LW_OK)
        return cli_cannot_open(cli, endpoint, status);
    int code = EXIT_USAGE;
    const uint32_t limit_ms = (uint32_t)cli->timeout_s * 1000;
    status = lw_publisher_device(publisher, cli->arguments[0], states[state].state, (uint32_t)minutes * 60000, limit_ms, &ticket);
    if (status != LW_OK) {
        cli_complain(cli, "that cannot be said: %s", lw_publisher_error(publisher));
        goto done;
    }
    status = lw_publisher_await(publisher, ticket, (int)limit_ms + 1000, &answer);
    if (status == LW_REFUSED) {
        cli_complain(cli, "refused: %s", lw_publisher_error(publisher));
        code = EXIT_REFUSED;
        goto done;
    }
    if (status != LW_OK)
        answer = (struct lw_publisher_answer){.outcome = LW_OUTCOME_BUSY};
    code = judge(cli, state, &answer, is_json);
done:
    lw_publisher_close(&publisher);
    return code;
}

int command_device_state(int argc, char **argv)
{
    bool is_json = false;
    uint64_t minutes = 0;
    const struct cli_option options[] = {
        {"minutes", "N", CLI_NUMBER, &minutes, 1, MINUTES_MAX, "so long unless it is said again (60)"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "device", .arguments = "DEVICE free|busy|unreachable", .arguments_min = 2, .arguments_max = 2,
        .uses_broker = true, .options = options, .option_count = sizeof options / sizeof options[0],
        .about = "Tells the desk what a device is doing on which reps' calls ring. While it is busy with other calls, or\n"
                 "unreachable, its reps get no calls; forms and mails they do. For scripts of a telephony system.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    for (size_t i = 0; i < STATE_COUNT; i++) {
        if (strcmp(states[i].name, cli.arguments[1]) == 0)
            return say(&cli, i, minutes, is_json);
    }
    return cli_usage_error(&cli, "there is no state '%.32s' of a device; free, busy and unreachable are", cli.arguments[1]);
}
