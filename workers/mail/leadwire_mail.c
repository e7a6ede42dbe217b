/* SPDX-License-Identifier: Apache-2.0
 * leadwire-mail: mails become leads. Watches Maildirs, serves LMTP and webhooks, or takes one mail from standard input. */
#include "lw_log.h"
#include "mail_dry_run.h"
#include "mail_message.h"
#include "mail_once.h"
#include "mail_worker.h"
#include "mail_config.h"
#include "raw_list.h"
#include "worker_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char about[] =
    "leadwire-mail - mails become leads: from Maildirs, by LMTP, by webhook, or one from standard input.\n\n"
    "  leadwire-mail --once --source NAME [--config FILE] [--dry-run]\n"
    "                [--broker ENDPOINT] [--key-file FILE] [--desk NAME] [--raw DIRECTORY] < message.eml\n\n"
    "  --once             one mail; prints {\"status\": ...} and ends with 0: accepted, duplicate or not\n"
    "                     a lead; 65: not understood or rejected; 75: try again later; 64: wrong arguments\n"
    "  --source NAME      whose rules apply\n"
    "  --dry-run          with --once: print the lead as indented JSON; needs no broker, keeps nothing\n\n"
    "Watching:";

static bool has_argument(int argc, char **argv, const char *name);
static int run_once(int argc, char **argv);
static int check(const struct worker_arguments *arguments);

int main(int argc, char **argv)
{
    struct worker_arguments arguments;
    int exit_code = WORKER_EXIT_OK;
    static char help[] = "--help";
    lw_log_open("leadwire-mail");
    mail_library_init();
    if (has_argument(argc, argv, "--help")) {
        argv[1] = help;   /* whatever else is asked for */
        argc = 2;
    }
    if (has_argument(argc, argv, "--once"))
        exit_code = run_once(argc, argv);
    else if (worker_wants(argc, argv, "--show-raw"))
        exit_code = raw_show_main(argc, argv, "leadwire-mail");
    else if (worker_wants(argc, argv, "--replay"))
        exit_code = mail_replay_main(argc, argv);
    else if (worker_wants(argc, argv, "--dry-run"))
        exit_code = mail_dry_run_main(argc, argv);
    else if (worker_arguments_read(argc, argv, "leadwire-mail", about, &arguments, &exit_code))
        exit_code = arguments.check_only ? check(&arguments)
                                         : mail_worker_run(&arguments);
    mail_library_fini();
    return exit_code;
}

static bool has_argument(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return true;
    }
    return false;
}

static int run_once(int argc, char **argv)
{
    struct mail_once_options options = {0};
    const struct { const char *name; const char **value; } known[] = {
        {"--config", &options.config_path}, {"--source", &options.source}, {"--broker", &options.overrides.broker},
        {"--key-file", &options.overrides.key_file},
        {"--desk", &options.overrides.desk}, {"--raw", &options.overrides.raw_directory},
    };
    for (int i = 1; i < argc; i++) {
        const char **value = NULL;
        if (strcmp(argv[i], "--once") == 0)
            continue;
        if (strcmp(argv[i], "--dry-run") == 0) {
            options.dry_run = true;
            continue;
        }
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            if (strcmp(argv[i], known[k].name) == 0)
                value = known[k].value;
        }
        if (!value || i + 1 == argc) {
            fprintf(stderr, "leadwire-mail: %s %s; 'leadwire-mail --help' lists all\n", argv[i],
                    value ? "needs a value" : "is not an option of --once");
            return MAIL_EXIT_USAGE;
        }
        *value = argv[++i];
    }
    if (!options.source || (!options.config_path && !options.overrides.broker && !options.dry_run)) {
        fprintf(stderr, "leadwire-mail: --once needs --source NAME, and --config FILE or --broker ENDPOINT\n");
        return MAIL_EXIT_USAGE;
    }
    return mail_once_run(&options);
}

static int check(const struct worker_arguments *arguments)
{
    struct mail_config *config = calloc(1, sizeof *config);
    int exit_code = WORKER_EXIT_CONFIG;
    if (config && mail_config_open(arguments->config_path, &arguments->overrides, config)) {
        printf("%s: %zu source%s, no problem found\n", arguments->config_path, config->source_count,
               config->source_count == 1 ? "" : "s");
        mail_config_close(config);
        exit_code = WORKER_EXIT_OK;
    }
    free(config);
    return exit_code;
}
