/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire check, apply, config show - the desk's rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "desk_yaml.h"
#include "json_out.h"
#include "words.h"

/* Warnings and problems to standard error. */
static void print_findings(const struct desk_yaml *desk)
{
    for (size_t i = 0; i < desk_yaml_problem_count(desk); i++)
        fprintf(stderr, "%s\n", desk_yaml_problem_at(desk, i));
    for (size_t i = 0; i < desk_yaml_warning_count(desk); i++)
        fprintf(stderr, "warning: %s\n", desk_yaml_warning_at(desk, i));
}

static void put_findings(struct json_out *out, const struct desk_yaml *desk)
{
    json_begin_list(out, "problems");
    for (size_t i = 0; i < desk_yaml_problem_count(desk); i++)
        json_put_text(out, NULL, desk_yaml_problem_at(desk, i));
    json_end_list(out);
    json_begin_list(out, "warnings");
    for (size_t i = 0; i < desk_yaml_warning_count(desk); i++)
        json_put_text(out, NULL, desk_yaml_warning_at(desk, i));
    json_end_list(out);
}

/* NULL after a complaint. */
static struct desk_yaml *open_desk(const struct cli *cli)
{
    struct desk_yaml *desk = desk_yaml_open(cli->arguments[0]);
    if (desk == NULL)
        cli_complain(cli, "out of memory");
    return desk;
}

int command_check(int argc, char **argv)
{
    bool is_json = false;
    const struct cli_option options[] = {{"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"}};
    const struct cli_spec spec = {
        .command = "check", .arguments = "FILE", .arguments_min = 1, .arguments_max = 1, .options = options, .option_count = 1,
        .about = "Says what is wrong with a desk.yaml, each with file and line. Needs no broker.\n"
                 "Ends with 1 if the file cannot be used; warnings alone do not count.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    struct desk_yaml *desk = open_desk(&cli);
    if (desk == NULL)
        return EXIT_NO;
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    if (is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_bool(&out, "ok", config != NULL);
        put_findings(&out, desk);
        json_end_line(&out);
    } else {
        print_findings(desk);
        if (config != NULL)
            printf("%s: desk %s, %zu reps, %zu skills, %zu rules: good\n", cli.arguments[0], config->desk, config->n_reps,
                   config->n_skills, config->n_rules);
    }
    const int code = config != NULL ? EXIT_DONE : EXIT_NO;
    desk_yaml_close(&desk);
    return code;
}

/* Sends what was read; the broker has the last word. */
static int send_config(const struct cli *cli, const struct desk_yaml *desk, bool check_only, const char *by, uint32_t based_on, bool is_json)
{
    struct control_client *control = NULL;
    int code = cli_control_open(cli, &control);
    if (code != EXIT_DONE)
        return code;
    Leadwire__V1__DeskConfig config = *desk_yaml_config(desk);
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    apply.config = &config;
    apply.check_only = check_only;
    apply.applied_by = (char *)by;
    apply.based_on = based_on;
    struct wire_message message = {.type = WIRE_APPLY_CONFIG, .apply_config = &apply}, reply;
    code = cli_ask(cli, control, &message, WIRE_REPLY, &reply);
    if (code == EXIT_DONE)
        code = cli_judge_reply(cli, reply.reply);
    if (code == EXIT_DONE && is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_bool(&out, "applied", !check_only);
        json_put_unsigned(&out, "version", reply.reply->config_version);
        json_put_text(&out, "words", reply.reply->reason);
        put_findings(&out, desk);
        json_end_line(&out);
    } else if (code == EXIT_DONE) {
        printf("%s: %s, version %u%s%s\n", cli->arguments[0], check_only ? "the broker would take it; in force stays" : "in force",
               (unsigned)reply.reply->config_version, reply.reply->reason[0] != '\0' ? ": " : "", reply.reply->reason);
    }
    control_client_close(&control);
    return code;
}

int command_apply(int argc, char **argv)
{
    bool is_json = false, check_only = false;
    const char *by = getenv("USER");
    uint64_t based_on = 0;
    const struct cli_option options[] = {
        {"check-only", NULL, CLI_FLAG, &check_only, 0, 0, "ask the broker, change nothing"},
        {"by", "NAME", CLI_TEXT, &by, 0, 0, "who applies it, for the record ($USER)"},
        {"based-on", "VERSION", CLI_NUMBER, &based_on, 1, UINT32_MAX, "refuse it when another version is in force than that which it was made from"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "apply", .arguments = "FILE", .arguments_min = 1, .arguments_max = 1, .uses_broker = true,
        .options = options, .option_count = 4,
        .about = "Puts a desk.yaml in force: checks it, sends it to the broker, prints its version.\n"
                 "Leads that wait are looked at again under the new rules. Ends with 1 if the file is wrong,\n"
                 "with 4 if the broker does not take it. --desk defaults to the desk that the file names.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    struct desk_yaml *desk = open_desk(&cli);
    if (desk == NULL)
        return EXIT_NO;
    if (!is_json || desk_yaml_config(desk) == NULL)
        print_findings(desk);
    int code = EXIT_NO;
    if (desk_yaml_config(desk) == NULL) {
        cli_complain(&cli, "%s is not applied", cli.arguments[0]);
    } else {
        cli.desk = cli.desk_given ? cli.desk : desk_yaml_config(desk)->desk;
        code = send_config(&cli, desk, check_only, by != NULL ? by : "", (uint32_t)based_on, is_json);
    }
    desk_yaml_close(&desk);
    return code;
}

static void print_config(const Leadwire__V1__ConfigReply *config, bool is_json)
{
    const char *source = config->config != NULL ? config->config->source_text : "";
    if (is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_unsigned(&out, "version", config->version);
        json_put_time(&out, "applied", config->applied_unix_ms);
        json_put_text(&out, "applied_by", config->applied_by);
        json_put_text(&out, "source_text", source);
        json_end_line(&out);
        return;
    }
    char clock[WORDS_SIZE];
    fprintf(stderr, "# version %u, applied at %s%s%s\n", (unsigned)config->version, words_clock(config->applied_unix_ms, clock),
            config->applied_by[0] != '\0' ? " by " : "", config->applied_by);
    printf("%s%s", source, source[0] != '\0' && source[strlen(source) - 1] != '\n' ? "\n" : "");
}

int command_config(int argc, char **argv)
{
    bool is_json = false;
    const struct cli_option options[] = {{"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"}};
    const struct cli_spec spec = {
        .command = "config", .arguments = "show", .arguments_min = 1, .arguments_max = 1, .uses_broker = true,
        .options = options, .option_count = 1,
        .about = "Prints the desk.yaml in force as it was written; its version, time and author go to standard error.\n"
                 "Ends with 1 when none was applied yet.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (strcmp(cli.arguments[0], "show") != 0)
        return cli_usage_error(&cli, "'%.32s' is not known here; there is 'config show'", cli.arguments[0]);
    struct control_client *control = NULL;
    int code = cli_control_open(&cli, &control);
    if (code != EXIT_DONE)
        return code;
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_CONFIG_REQUEST, .config_request = &request}, reply;
    code = cli_ask(&cli, control, &message, WIRE_CONFIG_REPLY, &reply);
    if (code == EXIT_DONE && reply.config_reply->version == 0) {
        cli_complain(&cli, "no rules are in force yet; 'leadwire apply desk.yaml' puts them in force");
        code = EXIT_NO;
    } else if (code == EXIT_DONE) {
        print_config(reply.config_reply, is_json);
    }
    control_client_close(&control);
    return code;
}
