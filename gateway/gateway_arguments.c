/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_arguments.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "leadwire-gateway serves reps' browsers: a page to take and work leads, at /desk.\n\n"
    "  leadwire-gateway --config FILE [options]\n\n"
    "  --config FILE      its configuration (YAML)\n"
    "  --check            read configuration and users, say what is wrong with them, end\n"
    "  --broker ENDPOINT  in place of the file's broker: the broker's reps endpoint\n"
    "  --key-file FILE    in place of the file's ops.key_file: the key to a broker elsewhere, mode 0600\n"
    "  --desk NAME        in place of the file's desk\n"
    "  --listen ADDR:PORT in place of the file's listen; port 0: any free one\n"
    "  --port-file FILE   write the port there once it listens\n"
    "  --health ADDRESS   serve /livez, /readyz and /metrics on 127.0.0.1:PORT or unix:PATH\n"
    "  --hash-password    read a password (one line of standard input), print its hash for the file of users, end\n"
    "  --routes           print who may ask for what: a line METHOD PATH ROLES for each, end\n"
    "  --help, --version\n\n"
    "SIGTERM: tell the pages, then end. SIGHUP: read configuration and users again.\n"
    "Exit codes: 0 done, 1 failed while running, 2 wrong arguments, 3 wrong configuration.\n";

static bool usage_error(const char *argument, const char *why, int *exit_out)
{
    fprintf(stderr, "leadwire-gateway: %s %s; 'leadwire-gateway --help' lists all\n", argument, why);
    *exit_out = GATEWAY_EXIT_USAGE;
    return false;
}

/* True when the argument was one of these. */
static bool read_flag(const char *argument, struct gateway_arguments *out)
{
    const struct { const char *name; bool *flag; } flags[] = {
        {"--check", &out->check_only}, {"--hash-password", &out->hash_password}, {"--routes", &out->list_routes}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(argument, flags[i].name) == 0) {
            *flags[i].flag = true;
            return true;
        }
    }
    return false;
}

bool gateway_arguments_read(int argc, char **argv, struct gateway_arguments *out, int *exit_out)
{
    *out = (struct gateway_arguments){0};
    *exit_out = GATEWAY_EXIT_OK;
    const struct { const char *name; const char **value; } options[] = {
        {"--config", &out->config_path}, {"--broker", &out->overrides.broker}, {"--desk", &out->overrides.desk},
        {"--key-file", &out->overrides.key_file},
        {"--listen", &out->overrides.listen}, {"--port-file", &out->port_file}, {"--health", &out->health}};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return fputs(help, stdout) < 0;
        if (strcmp(argv[i], "--version") == 0)
            return printf("leadwire-gateway %s\n", LEADWIRE_VERSION) < 0;
        if (read_flag(argv[i], out))
            continue;
        const char **value = NULL;
        for (size_t o = 0; o < sizeof options / sizeof *options; o++)
            if (strcmp(argv[i], options[o].name) == 0)
                value = options[o].value;
        if (!value || i + 1 == argc)
            return usage_error(argv[i], value ? "needs a value" : "is not an option of this program", exit_out);
        *value = argv[++i];
    }
    if (!out->config_path && !out->hash_password && !out->list_routes)
        return usage_error("--config FILE", "is missing", exit_out);
    return true;
}
