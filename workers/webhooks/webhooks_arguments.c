/* SPDX-License-Identifier: Apache-2.0 */
#include "webhooks_arguments.h"

#include <stdio.h>
#include <string.h>

#include "worker_run.h"

static const char help[] =
    "leadwire-webhooks tells others by signed HTTPS requests what becomes of a desk's leads.\n\n"
    "  leadwire-webhooks --config FILE [options]\n\n"
    "  --config FILE      its configuration (YAML)\n"
    "  --check            read the configuration and the secrets, say what is wrong with them, end\n"
    "  --dead             print the messages that were given up: a line HOOK FILE ID for each, end\n"
    "  --resend HOOK      have those of a hook sent again, by the process that runs or the next, end\n"
    "  --health ADDRESS   serve /livez, /readyz and /metrics on 127.0.0.1:PORT or unix:PATH\n"
    "  --help, --version\n\n"
    "SIGTERM: end; what waits is sent at the next start. SIGHUP: read the secrets again.\n"
    "Exit codes: 0 done, 1 failed while running, 2 wrong arguments, 3 wrong configuration.\n";

static bool usage_error(const char *argument, const char *why, int *exit_out)
{
    fprintf(stderr, "leadwire-webhooks: %s %s; 'leadwire-webhooks --help' lists all\n", argument, why);
    *exit_out = WORKER_EXIT_USAGE;
    return false;
}

bool webhooks_arguments_read(int argc, char **argv, struct webhooks_arguments *out, int *exit_out)
{
    *out = (struct webhooks_arguments){.config_path = NULL};
    *exit_out = WORKER_EXIT_OK;
    const struct { const char *name; const char **value; } options[] = {
        {"--config", &out->config_path}, {"--health", &out->health}, {"--resend", &out->resend}};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return fputs(help, stdout) < 0;
        if (strcmp(argv[i], "--version") == 0)
            return printf("leadwire-webhooks %s\n", LEADWIRE_VERSION) < 0;
        bool *flag = strcmp(argv[i], "--check") == 0 ? &out->check_only : strcmp(argv[i], "--dead") == 0 ? &out->list_dead : NULL;
        if (flag) {
            *flag = true;
            continue;
        }
        const char **value = NULL;
        for (size_t o = 0; o < sizeof options / sizeof *options; o++)
            if (strcmp(argv[i], options[o].name) == 0)
                value = options[o].value;
        if (!value || i + 1 == argc)
            return usage_error(argv[i], value ? "needs a value" : "is not an option of this program", exit_out);
        *value = argv[++i];
    }
    return out->config_path ? true : usage_error("--config FILE", "is missing", exit_out);
}
