/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_dry_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dry_run.h"
#include "mail_config.h"
#include "replay.h"
#include "worker_run.h"

static void read_mail(const void *source, const struct contact_input *input, struct contact_reading *out)
{
    static struct mail_lead mail;   /* large */
    enum mail_reason reason = mail_lead_read(source, input->bytes, input->size, &mail);
    if (reason == MAIL_LEAD)
        reason = mail_lead_build(source, input->bytes, input->size, input->raw_ref, &mail);
    *out = (struct contact_reading){.outcome = CONTACT_LEAD, .reason = "", .lead = mail.lead, .idempotency_id = mail.idempotency_id};
    if (reason != MAIL_LEAD)
        *out = (struct contact_reading){.outcome = mail_reason_place(reason) == MAIL_KEEP ? CONTACT_NOT_A_LEAD : CONTACT_UNPARSABLE,
                                        .reason = mail_reason_name(reason)};
}

static bool open_config(const struct dry_run_arguments *arguments, struct mail_config *config)
{
    static const struct worker_overrides none = {0};
    if (arguments->config_path)
        return mail_config_open(arguments->config_path, &none, config);
    if (!mail_config_without_file(&none, arguments->source, config))
        return false;
    config->sources[0].source.region = arguments->region;
    config->sources[0].source.language = arguments->language;
    return true;
}

int mail_dry_run_main(int argc, char **argv)
{
    struct dry_run_arguments arguments;
    struct mail_config *config = calloc(1, sizeof *config);
    int exit_code = WORKER_EXIT_CONFIG;
    if (!dry_run_arguments_read(argc, argv, "leadwire-mail", &arguments)) {
        exit_code = WORKER_EXIT_USAGE;
    } else if (config && open_config(&arguments, config)) {
        const struct mail_source_config *found = mail_config_find(config, arguments.source);
        const struct contact_reader reader = {.channel = LW_CHANNEL_EMAIL, .size_max = config->mail_size_max, .source = found ? &found->source : NULL, .read = read_mail};
        if (found)
            exit_code = dry_run(&arguments, &reader);
        else
            fprintf(stderr, "leadwire-mail: %s: there is no source '%s'\n", arguments.config_path, arguments.source);
        mail_config_close(config);
    }
    free(config);
    return exit_code;
}

int mail_replay_main(int argc, char **argv)
{
    struct replay_arguments arguments;
    struct mail_config *config = calloc(1, sizeof *config);
    int exit_code = WORKER_EXIT_CONFIG;
    if (!replay_arguments_read(argc, argv, "leadwire-mail", &arguments)) {
        exit_code = WORKER_EXIT_USAGE;
    } else if (config && mail_config_open(arguments.config_path, &arguments.overrides, config)) {
        const struct mail_source_config *found = mail_config_find(config, arguments.source);
        const struct contact_reader reader = {.channel = LW_CHANNEL_EMAIL, .size_max = config->mail_size_max, .source = found ? &found->source : NULL, .read = read_mail};
        if (found)
            exit_code = replay_run(&arguments, "leadwire-mail", &config->worker, &reader);
        else
            fprintf(stderr, "leadwire-mail: %s: there is no source '%s'\n", arguments.config_path, arguments.source);
        mail_config_close(config);
    }
    free(config);
    return exit_code;
}
