/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_once.h"

#include "byte_buffer.h"
#include "lead_json_write.h"
#include "mail_config.h"
#include "mail_intake.h"
#include "raw_store.h"
#include "wall_clock.h"

#include <errno.h>
#include <jansson.h>
#include <leadwire/publisher.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_input(size_t size_max, struct byte_buffer *out);
static int handle(const struct mail_once_options *options, const struct mail_config *config,
                  const struct mail_source *source, struct mail_lead *mail, const struct byte_buffer *input);
static int publish(const struct mail_config *config, const struct mail_source *source, const struct mail_lead *mail);
static int say(int exit_code, const char *status, const char *name, const char *value);

int mail_once_run(const struct mail_once_options *options)
{
    struct mail_config *config = calloc(1, sizeof *config);
    struct mail_lead *mail = calloc(1, sizeof *mail);
    struct byte_buffer input = {0};
    int exit_code = MAIL_EXIT_TRY_AGAIN;
    if (!config || !mail)
        goto done;
    bool read = options->config_path ? mail_config_open(options->config_path, &options->overrides, config)
                                     : mail_config_without_file(&options->overrides, options->source, config);
    if (!read)
        goto done;
    const struct mail_source_config *source = mail_config_find(config, options->source);
    if (!source) {
        fprintf(stderr, "leadwire-mail: %s: there is no source '%s'\n", options->config_path, options->source);
        goto done;
    }
    exit_code = read_input(config->mail_size_max, &input);
    if (exit_code == MAIL_EXIT_OK)
        exit_code = handle(options, config, &source->source, mail, &input);
done:
    byte_buffer_fini(&input);
    if (mail)
        mail_lead_fini(mail);
    if (config)
        mail_config_close(config);
    free(mail);
    free(config);
    return exit_code;
}

static int read_input(size_t size_max, struct byte_buffer *out)
{
    uint8_t chunk[16 * 1024];
    byte_buffer_init(out, size_max);
    for (;;) {
        ssize_t got = read(STDIN_FILENO, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            fprintf(stderr, "leadwire-mail: standard input: %s\n", strerror(errno));
            return MAIL_EXIT_TRY_AGAIN;
        }
        if (got == 0)
            return MAIL_EXIT_OK;
        if ((size_t)got > size_max - out->size)
            return say(MAIL_EXIT_DATA, "not_understood", "reason", mail_reason_name(MAIL_TOO_LARGE));
        byte_buffer_put(out, chunk, (size_t)got);
        if (out->failed)
            return MAIL_EXIT_TRY_AGAIN;
    }
}

static int say_reason(enum mail_reason reason)
{
    if (mail_reason_place(reason) == MAIL_KEEP)
        return say(MAIL_EXIT_OK, "not_a_lead", "reason", mail_reason_name(reason));
    return say(MAIL_EXIT_DATA, "not_understood", "reason", mail_reason_name(reason));
}

static int keep_raw(const struct raw_store_options *raw, const char *source, const struct byte_buffer *input,
                    char ref[RAW_REF_MAX])
{
    struct raw_store *store = NULL;
    bool kept = raw_store_open(raw, &store) == LW_OK &&
                raw_store_put(store, source, "eml", input->data, input->size, NULL, ref) == LW_OK;
    if (!kept)
        fprintf(stderr, "leadwire-mail: the raw bytes cannot be kept in %s: %s\n", raw->directory, strerror(errno));
    raw_store_close(&store);
    return kept ? MAIL_EXIT_OK : MAIL_EXIT_TRY_AGAIN;
}

static int print_lead(const struct mail_lead *mail)
{
    json_t *object = lead_json_write(mail->lead);
    json_object_set_new(object, "idempotency_id", json_string(mail->idempotency_id));
    char *text = json_dumps(object, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(object);
    if (!text)
        return MAIL_EXIT_TRY_AGAIN;
    puts(text);
    free(text);
    return MAIL_EXIT_OK;
}

static int handle(const struct mail_once_options *options, const struct mail_config *config,
                  const struct mail_source *source, struct mail_lead *mail, const struct byte_buffer *input)
{
    char ref[RAW_REF_MAX] = "";
    const void *bytes = input->size ? (const void *)input->data : "";
    enum mail_reason reason = mail_lead_read(source, bytes, input->size, mail);
    if (reason != MAIL_LEAD)
        return say_reason(reason);
    if (!options->dry_run && config->worker.raw.directory) {
        int kept = keep_raw(&config->worker.raw, source->name, input, ref);
        if (kept != MAIL_EXIT_OK)
            return kept;
    }
    reason = mail_lead_build(source, bytes, input->size, ref[0] ? ref : NULL, mail);
    if (reason != MAIL_LEAD)
        return say_reason(reason);
    if (!options->dry_run)
        return publish(config, source, mail);
    return print_lead(mail);
}

static int say_answer(const struct lw_publisher_answer *answer)
{
    switch (answer->outcome) {
    case LW_OUTCOME_ACCEPTED:
    case LW_OUTCOME_DUPLICATE:
        return say(MAIL_EXIT_OK, lw_outcome_name(answer->outcome), "lead_id", answer->lead_id);
    case LW_OUTCOME_DUPLICATE_DIFFERS:
    case LW_OUTCOME_REJECTED:
        return say(MAIL_EXIT_DATA, lw_outcome_name(answer->outcome), "reason", answer->reason);
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_BUSY:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        break;
    }
    return say(MAIL_EXIT_TRY_AGAIN, "try_again", "reason", answer->reason);
}

static void acknowledge(const struct mail_source *source, const struct mail_lead *mail)
{
    struct ack_mail *ack = ack_mail_make(source->acknowledge, mail, wall_clock_unix_ms());
    mail_intake_acknowledge(ack);
    free(ack);
}

static int publish(const struct mail_config *config, const struct mail_source *source, const struct mail_lead *mail)
{
    struct lw_publisher *publisher = NULL;
    struct lw_publisher_answer answer = {.outcome = LW_OUTCOME_NONE};
    uint64_t ticket = 0;
    uint32_t within_ms = config->worker.answer_within_ms;
    const struct lw_publisher_options options = {
        .endpoint = config->worker.broker, .desk = config->worker.desk, .client = "leadwire-mail " LEADWIRE_VERSION,
        .key_file = config->worker.key_file};
    if (!options.endpoint || lw_publisher_open(&options, &publisher) != LW_OK) {
        fprintf(stderr, "leadwire-mail: the broker's endpoint is missing or cannot be used\n");
        return MAIL_EXIT_TRY_AGAIN;
    }
    int exit_code;
    lw_status status = lw_publisher_publish(publisher, mail->idempotency_id, wall_clock_unix_ms(), mail->lead,
                                            within_ms, &ticket);
    if (status == LW_INVALID || status == LW_TOO_LARGE)
        exit_code = say(MAIL_EXIT_DATA, "rejected", "reason", lw_publisher_error(publisher));
    else if (status == LW_OK && lw_publisher_await(publisher, ticket, (int)within_ms + 1000, &answer) == LW_OK)
        exit_code = say_answer(&answer);
    else
        exit_code = say(MAIL_EXIT_TRY_AGAIN, "try_again", "reason", "the broker does not answer");
    if (exit_code == MAIL_EXIT_OK && answer.outcome == LW_OUTCOME_ACCEPTED)
        acknowledge(source, mail);
    lw_publisher_close(&publisher);
    return exit_code;
}

static int say(int exit_code, const char *status, const char *name, const char *value)
{
    json_t *object = json_object();
    json_object_set_new(object, "status", json_string(status));
    json_object_set_new(object, name, json_string(value));
    char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(object);
    if (text)
        puts(text);
    free(text);
    return exit_code;
}
