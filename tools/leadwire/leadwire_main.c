/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire - the tool of those who run a desk. One row a command.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "yaml_doc.h"

static int command_help(int argc, char **argv);
static int command_version(int argc, char **argv);

static const struct { const char *name; int (*run)(int argc, char **argv); const char *usage, *summary; } commands[] = {
    {"status", command_status, "", "how the desk is doing"},
    {"top", command_top, "", "queues, reps and channels on the screen, live"},
    {"watch", command_watch, "", "what happens at the desk, line by line"},
    {"publish", command_publish_leads, "", "give the desk a lead, or many"},
    {"ingest", command_ingest, "--dry-run FILE", "what a mail, form or call in a file would become"},
    {"replay", command_replay, "--source NAME", "read raw contacts again after a map was corrected"},
    {"rep", command_rep, "NAME", "work as a rep, in this terminal"},
    {"explain", command_explain, "LEAD", "why this rep? every decision on a lead"},
    {"lead", command_lead, "ACT LEAD", "a manager's act on one lead: assign, hold, cancel..."},
    {"source", command_source, "SOURCE pause|resume", "a manager pauses a source, or lets it go on"},
    {"state", command_state, "REP STATE", "a manager sets a rep's state"},
    {"device", command_device_state, "DEVICE STATE", "a rep's device is free, busy, unreachable"},
    {"customers", command_customers, "import FILE", "tell the desk who its customers are"},
    {"desk", command_desk, "export|import|check FILE", "a whole desk into a file, and back"},
    {"keys", command_keys, "new|list|revoke", "who may come in by TCP, and as what"},
    {"token", command_token, "new|list|revoke", "the tokens of scripts that ask the gateway"},
    {"check", command_check, "FILE", "say what is wrong with a desk.yaml"},
    {"apply", command_apply, "FILE", "put a desk.yaml in force"},
    {"config", command_config, "show", "the rules in force, as written"},
    {"adapter-test", command_adapter_test, "ENDPOINT", "play a difficult broker to a channel adapter, and judge it"},
    {"doctor", command_doctor, "", "find what is wrong with this machine, and say what to do"},
    {"version", command_version, "", "the version of this tool"},
    {"help", command_help, "[COMMAND]", "this text, or that of a command"},
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void print_overview(FILE *file)
{
    fprintf(file, "leadwire gives every lead to the best sales rep who is free. This tool watches and runs a desk.\n\n"
                  "  leadwire COMMAND [ARGUMENTS] [OPTIONS]\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", commands[i].name, commands[i].usage);
        fprintf(file, "  %-36s %s\n", left, commands[i].summary);
    }
    fprintf(file, "\n'leadwire COMMAND --help' tells its options.\n"
                  "Exit codes: 0 done, 1 the answer is no or a problem was found, 2 wrong usage,\n"
                  "3 no broker or no answer in time, 4 the broker refused.\n");
}

static int run_command(int argc, char **argv)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, argv[0]) == 0)
            return commands[i].run(argc, argv);
    }
    const char *names[COMMAND_COUNT + 1] = {NULL};
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *nearest = yaml_nearest(argv[0], names);
    if (nearest != NULL)
        fprintf(stderr, "leadwire: there is no command '%.64s'; did you mean '%s'?\n", argv[0], nearest);
    else
        fprintf(stderr, "leadwire: there is no command '%.64s'; 'leadwire help' lists them.\n", argv[0]);
    return EXIT_USAGE;
}

static int command_help(int argc, char **argv)
{
    static char help[] = "--help";
    if (argc == 2 && strcmp(argv[1], "help") != 0 && argv[1][0] != '-') {
        char *words[] = {argv[1], help, NULL};
        return run_command(2, words);
    }
    print_overview(stdout);
    return EXIT_DONE;
}

static int command_version(int argc, char **argv)
{
    bool is_json = false;
    const struct cli_option options[] = {{"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"}};
    const struct cli_spec spec = {
        .command = "version", .arguments = "", .about = "Prints the version of this tool and of the protocol it speaks.",
        .options = options, .option_count = 1,
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (is_json)
        printf("{\"version\": \"%s\", \"protocol_min\": %d, \"protocol_max\": %d}\n", LEADWIRE_VERSION, WIRE_VERSION_MIN, WIRE_VERSION_MAX);
    else
        printf("leadwire %s (protocol %d)\n", LEADWIRE_VERSION, WIRE_VERSION_MAX);
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        char *words[] = {argv[1], NULL};
        return command_version(1, words);
    }
    return run_command(argc - 1, argv + 1);
}
