/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_run.h"

#include <stdio.h>
#include <string.h>

static int usage_error(const char *program, const char *argument, const char *why);
static void print_help(const char *program, const char *about);

bool worker_arguments_read(int argc, char **argv, const char *program, const char *about,
                           struct worker_arguments *out, int *exit_out)
{
    *out = (struct worker_arguments){0};
    *exit_out = WORKER_EXIT_OK;
    const struct { const char *name; const char **value; } options[] = {
        {"--config", &out->config_path}, {"--broker", &out->overrides.broker}, {"--key-file", &out->overrides.key_file}, {"--desk", &out->overrides.desk},
        {"--listen", &out->overrides.listen}, {"--raw", &out->overrides.raw_directory}, {"--port-file", &out->port_file}, {"--health", &out->health},
    };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(program, about);
            return false;
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("%s %s\n", program, LEADWIRE_VERSION);
            return false;
        }
        if (strcmp(argv[i], "--check") == 0) {
            out->check_only = true;
            continue;
        }
        const char **value = NULL;
        for (size_t o = 0; o < sizeof options / sizeof *options; o++)
            if (strcmp(argv[i], options[o].name) == 0)
                value = options[o].value;
        if (!value || i + 1 == argc) {
            *exit_out = usage_error(program, argv[i], value ? "needs a value" : "is not an option of this program");
            return false;
        }
        *value = argv[++i];
    }
    if (!out->config_path) {
        *exit_out = usage_error(program, "--config FILE", "is missing");
        return false;
    }
    return true;
}

bool worker_wants(int argc, char **argv, const char *option)
{
    bool wanted = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return false;
        wanted = wanted || strcmp(argv[i], option) == 0;
    }
    return wanted;
}

static int usage_error(const char *program, const char *argument, const char *why)
{
    fprintf(stderr, "%s: %s %s; '%s --help' lists all\n", program, argument, why, program);
    return WORKER_EXIT_USAGE;
}

static void print_help(const char *program, const char *about)
{
    printf("%s\n\n"
           "  %s --config FILE [options]\n\n"
           "  --config FILE      its configuration (YAML)\n"
           "  --check            read the configuration, say what is wrong with it, end\n"
           "  --broker ENDPOINT  in place of the file's broker\n"
           "  --key-file FILE    in place of the file's key_file\n"
           "  --desk NAME        in place of the file's desk\n"
           "  --listen ADDR:PORT in place of the file's listen; port 0: any free one\n"
           "  --raw DIRECTORY    in place of the file's raw.directory\n"
           "  --port-file FILE   write the port there once it listens\n"
           "  --health ADDRESS   serve /livez, /readyz and /metrics on 127.0.0.1:PORT or unix:PATH\n"
           "  --help, --version\n\n"
           "  %s --dry-run --source NAME [options] [FILE...]\n\n"
           "  --dry-run          what each FILE (-, or none: standard input) would become: a JSON object a line\n"
           "  --source NAME      whose rules apply: of --config FILE, or without it any name, with default settings\n"
           "  --region XX, --language xx   without --config: how numbers are read; of leads that declare none\n"
           "  --content-type TYPE, --header 'NAME: VALUE'   of the request (web); the type is guessed otherwise\n\n"
           "SIGTERM: finish what is being answered, then end. SIGHUP: read the configuration again.\n"
           "  %s --replay --source NAME --config FILE --since-ms MS [--until-ms MS] [--rate N] [--dry-run] [--correct]\n\n"
           "  --replay           raw files of that time are read again and published, N a second; for 'leadwire replay'\n"
           "  --correct          what differs from its lead joins it, if that is open\n"
           "  --since-ms MS, --until-ms MS, --rate N\n\n"
           "  %s --show-raw REFERENCE --raw DIRECTORY\n\n"
           "  --show-raw         the bytes that were kept of a contact, as they came\n\n"
           "Exit codes: 0 done, 1 failed while running or a FILE is unusable, 2 wrong arguments, 3 wrong configuration.\n",
           about, program, program, program, program);
}
