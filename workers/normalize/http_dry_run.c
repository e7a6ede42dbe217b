/* SPDX-License-Identifier: Apache-2.0
 *
 * --dry-run and --replay of the workers that listen on HTTP: their configuration is read as always, nothing is opened.
 */
#include <stdio.h>
#include <string.h>

#include "dry_run.h"
#include "http_worker.h"
#include "replay.h"

enum { SETTINGS_MAX = 2048 };

/* Letters that need no quoting in YAML, and no more than names of sources have. */
static bool is_plain(const char *text)
{
    return text[0] != '\0' && strlen(text) <= LW_NAME_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(text);
}

/* The configuration that a file would hold: one source, settings at their defaults. */
static struct worker_rules *read_defaults(const struct http_worker_plan *plan, const struct dry_run_arguments *arguments)
{
    static const struct worker_overrides no_overrides = {0};
    char text[SETTINGS_MAX], region[64] = "", language[64] = "";
    if (!is_plain(arguments->source) || (arguments->region && !is_plain(arguments->region)) ||
        (arguments->language && !is_plain(arguments->language))) {
        fprintf(stderr, "%s: the name of a source, a region or a language has letters, digits, '.', '_' and '-' only\n", plan->program);
        return NULL;
    }
    if (arguments->region)
        snprintf(region, sizeof region, ", region: \"%.48s\"", arguments->region);
    if (arguments->language)
        snprintf(language, sizeof language, ", language: \"%.40s\"", arguments->language);
    const int size = snprintf(text, sizeof text, "desk: none\nbroker: \"ipc:///none\"\nlisten: \"127.0.0.1:0\"\n%s"
                              "sources:\n  \"%s\": {%s%s%s}\n", plan->default_root, arguments->source, plan->default_source, region, language);
    return worker_rules_read(plan, yaml_doc_from_text("command line", text, (size_t)size), "command line", &no_overrides);
}

int http_dry_run_main(int argc, char **argv, const struct http_worker_plan *plan)
{
    static const struct worker_overrides no_overrides = {0};
    struct dry_run_arguments arguments;
    struct contact_reader reader = {0};
    if (!dry_run_arguments_read(argc, argv, plan->program, &arguments))
        return WORKER_EXIT_USAGE;
    struct worker_rules *rules = arguments.config_path
        ? worker_rules_read(plan, yaml_doc_open(arguments.config_path), arguments.config_path, &no_overrides)
        : read_defaults(plan, &arguments);
    if (!rules)
        return WORKER_EXIT_CONFIG;
    int exit_code = WORKER_EXIT_CONFIG;
    if (plan->reader(rules->own, arguments.source, &reader)) {
        reader.size_max = rules->common.http.body_size_max;
        exit_code = dry_run(&arguments, &reader);
    } else {
        fprintf(stderr, "%s: %s: there is no source '%s'\n", plan->program, arguments.config_path, arguments.source);
    }
    worker_rules_drop(&rules);
    return exit_code;
}

int http_replay_main(int argc, char **argv, const struct http_worker_plan *plan)
{
    struct replay_arguments arguments;
    struct contact_reader reader = {0};
    if (!replay_arguments_read(argc, argv, plan->program, &arguments))
        return WORKER_EXIT_USAGE;
    struct worker_rules *rules = worker_rules_read(plan, yaml_doc_open(arguments.config_path), arguments.config_path, &arguments.overrides);
    int exit_code = WORKER_EXIT_CONFIG;
    if (rules && plan->reader(rules->own, arguments.source, &reader)) {
        reader.size_max = rules->common.http.body_size_max;
        exit_code = replay_run(&arguments, plan->program, &rules->common, &reader);
    } else if (rules) {
        fprintf(stderr, "%s: %s: there is no source '%s'\n", plan->program, arguments.config_path, arguments.source);
    }
    if (rules)
        worker_rules_drop(&rules);
    return exit_code;
}
