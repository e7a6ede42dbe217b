/* SPDX-License-Identifier: Apache-2.0 */
#include "dry_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "byte_buffer.h"
#include "lead_json_write.h"
#include "worker_run.h"

static bool read_header(const char *program, const char *header, struct dry_run_arguments *out);
static bool read_file(const char *path, size_t size_max, struct byte_buffer *out, const char **why);
static json_t *describe(const struct contact_reader *reader, const char *source, const struct contact_reading *reading);

static const char *const outcomes[] = {[CONTACT_LEAD] = "lead", [CONTACT_NOT_A_LEAD] = "not_a_lead",
                                       [CONTACT_REJECTED] = "rejected", [CONTACT_UNPARSABLE] = "unparsable"};

bool dry_run_arguments_read(int argc, char **argv, const char *program, struct dry_run_arguments *out)
{
    static char standard_input[] = "-", *only_standard_input[] = {standard_input};
    const char *header = NULL;
    *out = (struct dry_run_arguments){.files = argv};
    const struct { const char *name; const char **value; } known[] = {
        {"--config", &out->config_path}, {"--source", &out->source}, {"--region", &out->region}, {"--language", &out->language},
        {"--content-type", &out->content_type}, {"--header", &header},
    };
    for (int i = 1; i < argc; i++) {
        const char **value = NULL;
        if (strcmp(argv[i], "--dry-run") == 0)
            continue;
        if (strncmp(argv[i], "--", 2) != 0) {
            argv[out->file_count++] = argv[i];
            continue;
        }
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            value = strcmp(argv[i], known[k].name) == 0 ? known[k].value : value;
        if (!value || i + 1 == argc) {
            fprintf(stderr, "%s: %s %s; '%s --help' lists all\n", program, argv[i], value ? "needs a value" : "does not go with --dry-run", program);
            return false;
        }
        *value = argv[++i];
        if (value == &header && !read_header(program, header, out))
            return false;
    }
    if (!out->source) {
        fprintf(stderr, "%s: --dry-run needs --source NAME\n", program);
        return false;
    }
    if (out->file_count == 0) {
        out->files = only_standard_input;
        out->file_count = 1;
    }
    return true;
}

/* Those that decide what a lead is. */
static bool read_header(const char *program, const char *header, struct dry_run_arguments *out)
{
    const char *colon = strchr(header, ':');
    const size_t size = colon ? (size_t)(colon - header) : 0;
    const struct { const char *name; const char **value; } known[] = {
        {"Content-Type", &out->content_type}, {"Idempotency-Key", &out->idempotency_key}};
    if (size == 0) {
        fprintf(stderr, "%s: --header is 'NAME: VALUE'\n", program);
        return false;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == size && strncasecmp(known[i].name, header, size) == 0)
            *known[i].value = colon + 1 + strspn(colon + 1, " \t");
    return true;
}

static void print_line(json_t *line)
{
    char *text = line ? json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    json_decref(line);
    if (!text)
        abort();   /* no memory for one lead: there is nothing to say it with */
    puts(text);
    fflush(stdout);
    free(text);
}

static bool read_one(const struct dry_run_arguments *arguments, const struct contact_reader *reader, const char *path)
{
    struct byte_buffer bytes;
    const char *why = "";
    struct contact_reading reading = {.outcome = CONTACT_UNPARSABLE, .reason = "too_large"};
    byte_buffer_init(&bytes, reader->size_max + 1);
    const bool is_read = read_file(path, reader->size_max, &bytes, &why);
    if (is_read && bytes.size <= reader->size_max)
        reader->read(reader->source, &(struct contact_input){
            .bytes = bytes.size ? (const char *)bytes.data : "", .size = bytes.size, .content_type = arguments->content_type,
            .idempotency_key = arguments->idempotency_key, .is_typed = true}, &reading);
    reading.reason = is_read ? reading.reason : why;
    json_t *line = json_object();
    json_t *file = json_string(path);
    json_object_set_new(line, "file", file ? file : json_string("?"));   /* a name that is no UTF-8 */
    json_object_set_new(line, "outcome", json_string(is_read ? outcomes[reading.outcome] : "unreadable"));
    json_object_update_new(line, describe(reader, arguments->source, &reading));
    print_line(line);
    byte_buffer_fini(&bytes);
    return is_read && (reading.outcome == CONTACT_LEAD || reading.outcome == CONTACT_NOT_A_LEAD);
}

int dry_run(const struct dry_run_arguments *arguments, const struct contact_reader *reader)
{
    int exit_code = WORKER_EXIT_OK;
    for (int i = 0; i < arguments->file_count; i++) {
        if (!read_one(arguments, reader, arguments->files[i]))
            exit_code = WORKER_EXIT_FAILED;
    }
    return exit_code;
}

/* One byte more than size_max at most: then it is too large. */
static bool read_file(const char *path, size_t size_max, struct byte_buffer *out, const char **why)
{
    char chunk[16 * 1024];
    const bool is_stdin = strcmp(path, "-") == 0;
    errno = 0;
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    bool good = file != NULL;
    for (size_t got; good && out->size <= size_max && (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
        byte_buffer_put(out, chunk, got <= size_max + 1 - out->size ? got : size_max + 1 - out->size);
    good = good && !ferror(file) && !out->failed;
    if (!good)
        *why = errno != 0 ? strerror(errno) : "cannot be read";
    if (file && !is_stdin)
        fclose(file);
    return good;
}

/* NULL and "" are null. */
static json_t *text_or_null(const char *text)
{
    return text && text[0] ? json_string(text) : json_null();
}

static json_t *describe_sender(const struct lw_lead *lead)
{
    json_t *sender = json_object();
    const struct lw_lead_phone *phone = lead && lead->phone_count > 0 ? &lead->phones[0] : NULL;
    json_object_set_new(sender, "email", text_or_null(lead && lead->email_count > 0 ? lead->emails[0].address : NULL));
    json_object_set_new(sender, "phone", text_or_null(phone ? (phone->e164 && phone->e164[0] ? phone->e164 : phone->raw) : NULL));
    json_object_set_new(sender, "name", text_or_null(lead ? lead->full_name : NULL));
    return sender;
}

static json_t *describe(const struct contact_reader *reader, const char *source, const struct contact_reading *reading)
{
    const struct lw_lead *lead = reading->lead;
    json_t *line = json_object(), *warnings = json_array();
    for (size_t i = 0; lead && i < lead->warning_count; i++)
        json_array_append_new(warnings, json_string(lead->warnings[i]));
    json_object_set_new(line, "reason", json_string(reading->reason));
    json_object_set_new(line, "channel", json_string(lw_channel_name(reader->channel)));
    json_object_set_new(line, "source", json_string(source));
    json_object_set_new(line, "idempotency_id", text_or_null(reading->idempotency_id));
    json_object_set_new(line, "sender", describe_sender(lead));
    json_object_set_new(line, "subject", text_or_null(lead ? lead->subject : NULL));
    json_object_set_new(line, "summary", text_or_null(lead ? lead->summary : NULL));
    json_object_set_new(line, "lead", lead ? lead_json_write(lead) : json_null());
    json_object_set_new(line, "warnings", warnings);
    return line;
}
