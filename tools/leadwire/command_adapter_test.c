/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire adapter-test ENDPOINT - plays a difficult broker to a channel adapter and says which rules it keeps.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "adapter_play.h"
#include "cli.h"
#include "commands.h"
#include "json_out.h"

enum { WAIT_DEFAULT_S = 300, PATIENCE_DEFAULT_S = 30 };

static void print_json(const struct adapter_broker *broker, bool all_pass)
{
    struct json_out out;
    json_begin_line(&out, stdout);
    json_put_bool(&out, "passed", all_pass);
    json_put_unsigned(&out, "leads", broker->lead_count);
    json_begin_list(&out, "rules");
    for (int rule = 1; rule < ADAPTER_RULES_END; rule++) {
        char number[8];
        snprintf(number, sizeof number, "P%d", rule);
        json_begin_object(&out, NULL);
        json_put_text(&out, "rule", number);
        json_put_text(&out, "name", adapter_rule_name((enum adapter_rule)rule));
        json_put_text(&out, "verdict", adapter_verdict_name(broker->rules.of[rule].verdict));
        json_put_text(&out, "detail", broker->rules.of[rule].detail);
        json_end_object(&out);
    }
    json_end_list(&out);
    json_end_line(&out);
}

static void print_text(const struct adapter_broker *broker)
{
    static const char *const words[] = {[ADAPTER_NOT_SEEN] = "not seen", [ADAPTER_PASS] = "pass", [ADAPTER_FAIL] = "FAIL"};
    for (int rule = 1; rule < ADAPTER_RULES_END; rule++) {
        const char *detail = broker->rules.of[rule].detail;
        printf("%-8s  P%-2d %s%s%s\n", words[broker->rules.of[rule].verdict], rule, adapter_rule_name((enum adapter_rule)rule),
               detail[0] != '\0' ? ": " : "", detail);
    }
    printf("%zu leads; of %d rules %zu passed, %zu failed, %zu were not seen\n", broker->lead_count, ADAPTER_RULES_END - 1,
           adapter_rules_count(&broker->rules, ADAPTER_PASS), adapter_rules_count(&broker->rules, ADAPTER_FAIL),
           adapter_rules_count(&broker->rules, ADAPTER_NOT_SEEN));
}

static int report(const struct cli *cli, const struct adapter_broker *broker, lw_status status, bool is_json)
{
    if (status == LW_TIMEOUT) {
        cli_complain(cli, "no adapter said Hello on %s", broker->endpoint);
        return EXIT_UNREACHABLE;
    }
    if (status != LW_OK)
        cli_complain(cli, "%s cannot be bound again: %s", broker->endpoint, strerror(errno));
    const bool all_pass = adapter_rules_count(&broker->rules, ADAPTER_PASS) == ADAPTER_RULES_END - 1;
    if (is_json)
        print_json(broker, all_pass);
    else
        print_text(broker);
    return all_pass ? EXIT_DONE : EXIT_NO;
}

int command_adapter_test(int argc, char **argv)
{
    bool is_json = false, ends_at_failure = false;
    uint64_t wait_s = WAIT_DEFAULT_S, patience_s = PATIENCE_DEFAULT_S;
    const struct cli_option options[] = {
        {"patience", "SECONDS", CLI_NUMBER, &patience_s, 1, 600, "how soon a lead must come, or come again, or a Hello (30)"},
        {"wait", "SECONDS", CLI_NUMBER, &wait_s, 1, 86400, "how long to wait for the adapter's Hello (300)"},
        {"first", NULL, CLI_FLAG, &ends_at_failure, 0, 0, "end at the first rule that fails"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "adapter-test", .arguments = "ENDPOINT", .arguments_min = 1, .arguments_max = 1,
        .options = options, .option_count = sizeof options / sizeof options[0],
        .about = "Plays a difficult broker on ENDPOINT (such as ipc:///tmp/publish or tcp://127.0.0.1:5555) to the channel\n"
                 "adapter that connects, and says of each rule for publishers in docs/PROTOCOL.md whether it was kept.\n"
                 "Give the adapter this endpoint, any desk, and 30 leads or more to publish; nothing else tells it that\n"
                 "this is a test. Takes half a minute. Ends with 0 only if all rules passed.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    struct adapter_broker broker;
    lw_status status = adapter_broker_open(&broker, cli.arguments[0]);
    if (status != LW_OK) {
        cli_complain(&cli, "%s cannot be bound: %s", cli.arguments[0], strerror(errno));
        return EXIT_USAGE;
    }
    cli_catch_signals();
    status = adapter_play(&broker, &(struct adapter_play_options){
        .wait_ms = wait_s * 1000, .patience_ms = patience_s * 1000, .ends_at_failure = ends_at_failure});
    const int code = report(&cli, &broker, status, is_json);
    adapter_broker_close(&broker);
    return code;
}
