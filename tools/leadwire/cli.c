/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key_file.h"
#include "key_need.h"
#include "yaml_doc.h"

const char cli_client_name[] = "leadwire " LEADWIRE_VERSION;

enum { OPTIONS_MAX = 40, TIMEOUT_DEFAULT_S = 5, SOCKET_PATH_MAX = 107 };

static volatile sig_atomic_t stopped;

/* The command's own options, then those of all that talk to a broker. */
struct option_set { struct cli_option all[OPTIONS_MAX]; size_t count; };

static void collect_options(struct option_set *set, struct cli *cli, const struct cli_spec *spec)
{
    set->count = 0;
    for (size_t i = 0; i < spec->option_count && set->count < OPTIONS_MAX - 5; i++)
        set->all[set->count++] = spec->options[i];
    if (!spec->uses_broker)
        return;
    set->all[set->count++] = (struct cli_option){
        "run-dir", "DIR", CLI_TEXT, &cli->run_dir, 0, 0, "where the broker's sockets are ($LEADWIRE_RUN_DIR, else /run/leadwire)"};
    set->all[set->count++] = (struct cli_option){
        "endpoint", "ADDRESS", CLI_TEXT, &cli->endpoint, 0, 0, "a broker elsewhere, e.g. tcp://10.0.0.5:5572, in place of --run-dir"};
    set->all[set->count++] = (struct cli_option){
        "key-file", "FILE", CLI_TEXT, &cli->key_file, 0, 0, "with --endpoint: the key that opens it, mode 0600 ($LEADWIRE_KEY_FILE)"};
    set->all[set->count++] = (struct cli_option){"desk", "NAME", CLI_TEXT, &cli->desk, 0, 0, "the desk ($LEADWIRE_DESK, else main)"};
    set->all[set->count++] = (struct cli_option){"timeout", "SECONDS", CLI_NUMBER, &cli->timeout_s, 1, 3600, "how long to wait for an answer (5)"};
}

static void print_help(const struct cli_spec *spec, const struct option_set *set)
{
    printf("leadwire %s%s%s [OPTIONS]\n\n%s\n", spec->command, spec->arguments[0] != '\0' ? " " : "", spec->arguments, spec->about);
    printf("\nOptions:\n");
    for (size_t i = 0; i < set->count; i++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", set->all[i].name, set->all[i].metavar != NULL ? " " : "",
                 set->all[i].metavar != NULL ? set->all[i].metavar : "");
        printf("  %-24s %s\n", left, set->all[i].help);
    }
    printf("  %-24s %s\n", "--help", "this text");
    printf("\nExit codes: 0 done, 1 the answer is no or a problem was found, 2 wrong usage,\n"
           "3 no broker or no answer in time, 4 the broker refused.\n");
}

static const struct cli_option *find_option(const struct option_set *set, const char *name, size_t size)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strlen(set->all[i].name) == size && strncmp(set->all[i].name, name, size) == 0)
            return &set->all[i];
    }
    return NULL;
}

static bool unknown_option(struct cli *cli, const struct option_set *set, const char *word)
{
    const char *names[OPTIONS_MAX + 1] = {NULL};
    for (size_t i = 0; i < set->count; i++)
        names[i] = set->all[i].name;
    char bare[64];
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word, "="), word);
    const char *nearest = yaml_nearest(bare, names);
    if (nearest != NULL)
        cli->exit_code = cli_usage_error(cli, "there is no option --%s; did you mean --%s?", bare, nearest);
    else
        cli->exit_code = cli_usage_error(cli, "there is no option --%s", bare);
    return false;
}

static bool store_number(struct cli *cli, const struct cli_option *option, const char *text)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < option->min || number > option->max) {
        cli->exit_code = cli_usage_error(cli, "--%s must be a whole number from %llu to %llu, not '%.32s'", option->name,
                                         (unsigned long long)option->min, (unsigned long long)option->max, text);
        return false;
    }
    *(uint64_t *)option->value = number;
    return true;
}

static bool store(struct cli *cli, const struct cli_option *option, const char *text)
{
    switch (option->kind) {
    case CLI_FLAG:
        *(bool *)option->value = true;
        return true;
    case CLI_TEXT:
        *(const char **)option->value = text;
        return true;
    case CLI_NUMBER:
        return store_number(cli, option, text);
    case CLI_TEXTS: {
        struct cli_texts *texts = option->value;
        if (texts->count == CLI_TEXTS_MAX) {
            cli->exit_code = cli_usage_error(cli, "--%s is given more than %d times", option->name, CLI_TEXTS_MAX);
            return false;
        }
        texts->items[texts->count++] = text;
        return true;
    }
    }
    return false;
}

/* One "--name", "--name value" or "--name=value" at argv[*at]. */
static bool take_option(struct cli *cli, const struct option_set *set, int argc, char **argv, int *at)
{
    const char *word = argv[*at] + 2;
    const char *equals = strchr(word, '=');
    const size_t size = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct cli_option *option = find_option(set, word, size);
    if (option == NULL)
        return unknown_option(cli, set, word);
    if (option->kind == CLI_FLAG && equals != NULL) {
        cli->exit_code = cli_usage_error(cli, "--%s takes no value", option->name);
        return false;
    }
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (option->kind != CLI_FLAG && value == NULL) {
        if (*at + 1 == argc) {
            cli->exit_code = cli_usage_error(cli, "--%s needs a value: %s", option->name, option->metavar);
            return false;
        }
        value = argv[++*at];
    }
    return store(cli, option, value);
}

static const char *environment_or(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : otherwise;
}

bool cli_parse(struct cli *cli, const struct cli_spec *spec, int argc, char **argv)
{
    *cli = (struct cli){
        .command = spec->command,
        .run_dir = environment_or("LEADWIRE_RUN_DIR", "/run/leadwire"),
        .desk = environment_or("LEADWIRE_DESK", NULL),
        .timeout_s = TIMEOUT_DEFAULT_S,
        .exit_code = EXIT_DONE,
    };
    struct option_set set;
    collect_options(&set, cli, spec);
    bool only_arguments = false;
    for (int i = 1; i < argc; i++) {
        if (!only_arguments && strcmp(argv[i], "--") == 0) {
            only_arguments = true;
        } else if (!only_arguments && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            print_help(spec, &set);
            return false;
        } else if (!only_arguments && strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(cli, &set, argc, argv, &i))
                return false;
        } else if (cli->argument_count == spec->arguments_max) {
            cli->exit_code = cli_usage_error(cli, "'%.64s' is one argument too many", argv[i]);
            return false;
        } else {
            cli->arguments[cli->argument_count++] = argv[i];
        }
    }
    if (cli->argument_count < spec->arguments_min) {
        cli->exit_code = cli_usage_error(cli, "needs %s", spec->arguments);
        return false;
    }
    if (cli->key_file != NULL && cli->endpoint == NULL) {
        cli->exit_code = cli_usage_error(cli, "--key-file is for a broker elsewhere: give its --endpoint too");
        return false;
    }
    if (cli->key_file == NULL && cli->endpoint != NULL)
        cli->key_file = environment_or("LEADWIRE_KEY_FILE", NULL);
    cli->desk_given = cli->desk != NULL;
    if (!cli->desk_given)
        cli->desk = "main";
    return true;
}

void cli_complain(const struct cli *cli, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "leadwire %s: ", cli->command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

int cli_usage_error(const struct cli *cli, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "leadwire %s: ", cli->command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nSee 'leadwire %s --help'.\n", cli->command);
    return EXIT_USAGE;
}

bool cli_endpoint(const struct cli *cli, const char *name, char endpoint[CLI_ENDPOINT_SIZE])
{
    static const char scheme[] = "ipc://";
    const char *address = strcmp(name, "events") == 0 ? cli->events_endpoint : cli->endpoint;
    if (cli->endpoint != NULL && address == NULL) {
        cli_complain(cli, "needs --events-endpoint ADDRESS beside --endpoint");
        return false;
    }
    if (cli->endpoint != NULL && strlen(address) < CLI_ENDPOINT_SIZE) {
        memcpy(endpoint, address, strlen(address) + 1);
        return true;
    }
    const int size = snprintf(endpoint, CLI_ENDPOINT_SIZE, "%s%s/%s", scheme, cli->run_dir, name);
    if (size < 0 || (size_t)size > SOCKET_PATH_MAX + sizeof scheme - 1) {
        cli_complain(cli, "the directory %s is too long for sockets (at most %d characters with '/%s')", cli->run_dir,
                     SOCKET_PATH_MAX, name);
        return false;
    }
    return true;
}

int cli_control_open(const struct cli *cli, struct control_client **out)
{
    char endpoint[CLI_ENDPOINT_SIZE];
    *out = NULL;
    if (!cli_endpoint(cli, "control", endpoint))
        return EXIT_USAGE;
    const lw_status status = control_client_open(endpoint, cli->desk, cli_client_name, cli->key_file, out);
    return status == LW_OK ? EXIT_DONE : cli_cannot_open(cli, endpoint, status);
}

const char *cli_broker(const struct cli *cli)
{
    return cli->endpoint != NULL ? cli->endpoint : cli->run_dir;
}

int cli_cannot_open(const struct cli *cli, const char *endpoint, lw_status status)
{
    struct key_file key;
    char why[KEY_WHY_MAX];
    const bool is_key_wrong = cli->key_file != NULL && key_file_read(cli->key_file, &key, why) != LW_OK;
    key_file_wipe(&key);
    if (is_key_wrong) {
        cli_complain(cli, "%s", why);
        return EXIT_USAGE;
    }
    if (cli->key_file == NULL && key_is_needed(endpoint))
        cli_complain(cli, "%s is not on this machine: give --key-file FILE (leadwire keys new), nothing goes there in clear", endpoint);
    else
        cli_complain(cli, "%s: %s", endpoint, lw_status_text(status));
    return status == LW_INVALID ? EXIT_USAGE : EXIT_UNREACHABLE;
}

int cli_judge_reply(const struct cli *cli, const Leadwire__V1__Reply *reply)
{
    if (reply->status == LEADWIRE__V1__STATUS__STATUS_ACCEPTED || reply->status == LEADWIRE__V1__STATUS__STATUS_DUPLICATE)
        return EXIT_DONE;
    if (reply->status == LEADWIRE__V1__STATUS__STATUS_NOT_FOUND) {
        cli_complain(cli, "%s", reply->reason[0] != '\0' ? reply->reason : "there is no such lead");
        return EXIT_NO;
    }
    if (reply->status == LEADWIRE__V1__STATUS__STATUS_BUSY) {
        cli_complain(cli, "the broker is busy: %s", reply->reason[0] != '\0' ? reply->reason : "try again later");
        return EXIT_UNREACHABLE;
    }
    cli_complain(cli, "refused: %s", reply->reason[0] != '\0' ? reply->reason : "the broker gave no reason");
    return EXIT_REFUSED;
}

int cli_ask(const struct cli *cli, struct control_client *control, struct wire_message *request, enum wire_type wanted,
            struct wire_message *reply)
{
    return cli_judge_answer(cli, control, control_client_ask(control, request, (int)(cli->timeout_s * 1000), reply), wanted, reply);
}

int cli_judge_answer(const struct cli *cli, struct control_client *control, lw_status status, enum wire_type wanted, const struct wire_message *reply)
{
    if (status == LW_OK && reply->type == wanted)
        return EXIT_DONE;
    if (status == LW_OK && reply->type == WIRE_REPLY) {
        const int code = cli_judge_reply(cli, reply->reply);
        if (code != EXIT_DONE)
            return code;
        cli_complain(cli, "the broker answered with something else than asked for");
        return EXIT_REFUSED;
    }
    if (status == LW_OK) {
        cli_complain(cli, "the broker answered with something else than asked for: %s", wire_type_name(reply->type));
        return EXIT_REFUSED;
    }
    const char *error = control_client_error(control);
    if (status == LW_REFUSED) {
        cli_complain(cli, "refused: %s", error);
        return EXIT_REFUSED;
    }
    if (status == LW_TIMEOUT) {
        cli_complain(cli, "no broker answers for desk '%s' in %s within %u s (%s); is leadwire-broker running?", cli->desk,
                     cli_broker(cli), (unsigned)cli->timeout_s, error);
        return EXIT_UNREACHABLE;
    }
    if (status == LW_AGAIN) {
        cli_complain(cli, "the broker for desk '%s' in %s answers, but could not do it within %u s: %s; 'leadwire doctor' looks for the cause", cli->desk,
                     cli_broker(cli), (unsigned)cli->timeout_s, error);
        return EXIT_UNREACHABLE;
    }
    cli_complain(cli, "%s%s%s", lw_status_text(status), error[0] != '\0' ? ": " : "", error);
    return EXIT_REFUSED;
}

static void on_stop(int number)
{
    (void)number;
    stopped = 1;
}

bool cli_stopped(void)
{
    return stopped != 0;
}

void cli_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_stop};   /* no SA_RESTART: poll and sleeps must end */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}
