/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire ingest --dry-run - what the worker of a source would make of contacts that lie in files.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "ingest_kind.h"
#include "lead_json_read.h"
#include "lead_preview.h"
#include "words.h"
#include "worker_pipe.h"

enum { WORKER_WORDS_MAX = 32, SHOWN_MAX = 400 };

/* What the command line says. */
struct ingest {
    const struct cli *cli;
    const char *kind, *source, *config_path, *region, *language, *content_type;
    const struct cli_texts *headers;
    struct lead_preview *preview;
    bool is_json;
};

static void show(const char *name, const char *text)
{
    char shown[SHOWN_MAX];
    if (text != NULL && text[0] != '\0')
        printf("  %-14s %s%s\n", name, words_printable(text, shown, sizeof shown), strlen(text) >= sizeof shown ? " ..." : "");
}

/* A list or an object of the lead, in words. */
static void show_parts(const char *name, const json_t *value)
{
    const char *key;
    json_t *part;
    size_t i;
    json_array_foreach((json_t *)value, i, part) {
        const char *first = json_string_value(json_object_get(part, "e164"));
        first = first != NULL ? first : json_string_value(json_object_get(part, "address"));
        first = first != NULL ? first : json_string_value(json_object_get(part, "raw"));
        first = first != NULL ? first : json_string_value(json_object_get(part, "file_name"));
        first = first != NULL ? first : json_string_value(json_object_get(part, "purpose"));
        show(name, first != NULL ? first : json_string_value(part));
    }
    json_object_foreach((json_t *)value, key, part)
        show(key, json_string_value(part));
}

static void print_words(const json_t *line)
{
    const char *key, *outcome = json_string_value(json_object_get(line, "outcome"));
    const char *reason = json_string_value(json_object_get(line, "reason"));
    json_t *value, *lead = json_object_get(line, "lead");
    const json_t *warnings = json_object_get(line, "warnings");
    size_t i;
    printf("%s: %s%s%s\n", json_string_value(json_object_get(line, "file")), outcome != NULL ? outcome : "", reason != NULL && reason[0] != '\0' ? ": " : "",
           reason != NULL ? reason : "");
    json_object_foreach(lead, key, value) {
        if (strcmp(key, "warnings") == 0)
            continue;
        if (json_is_string(value))
            show(key, json_string_value(value));
        else if (json_is_true(value))
            show(key, "yes");
        else
            show_parts(key, value);
    }
    json_array_foreach((json_t *)warnings, i, value)
        show("warning:", json_string_value(value));
}

/* What lead_preview_put writes, as a value. */
static json_t *requirements(const Leadwire__V1__ExplainReply *reply)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    struct json_out out;
    if (file == NULL)
        return NULL;
    json_begin_line(&out, file);
    lead_preview_put(&out, reply);
    json_end_line(&out);
    fclose(file);
    json_t *value = json_loadb(text, size, 0, NULL);
    free(text);
    return value;
}

/* The desk's part: what the lead would require, who could take it. NULL: not known; words say why in the line. */
static int ask_desk(const struct ingest *ingest, json_t *line, const Leadwire__V1__ExplainReply **out)
{
    char error[256] = "out of memory";
    json_t *lead = json_object_get(line, "lead");
    *out = NULL;
    if (!json_is_object(lead))
        return EXIT_DONE;
    struct lead_json *leads = lead_json_from_value(lead, error, sizeof error);
    if (leads == NULL) {
        cli_complain(ingest->cli, "the worker's lead is none: %s", error);
        return EXIT_NO;
    }
    const int code = lead_preview_ask(ingest->preview, lead_json_at(leads, 0), out);
    lead_json_close(&leads);
    return code;
}

static void print_json(const struct ingest *ingest, json_t *line, const Leadwire__V1__ExplainReply *reply)
{
    const char *skipped = lead_preview_skipped(ingest->preview);
    json_object_set_new(line, "requirements", reply != NULL ? requirements(reply) : json_null());
    json_object_set_new(line, "requirements_skipped", skipped[0] != '\0' ? json_string(skipped) : json_null());
    char *text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (text != NULL)
        puts(text);
    free(text);
}

static int print_line(const struct ingest *ingest, const char *text)
{
    const Leadwire__V1__ExplainReply *reply = NULL;
    json_t *line = json_loads(text, 0, NULL);
    if (line == NULL || !json_is_object(line)) {
        cli_complain(ingest->cli, "leadwire-%s answered with something else than asked for", ingest->kind);
        json_decref(line);
        return EXIT_NO;
    }
    const int code = ask_desk(ingest, line, &reply);
    if (ingest->is_json) {
        print_json(ingest, line, reply);
    } else {
        print_words(line);
        if (reply != NULL)
            lead_preview_print(reply);
    }
    json_decref(line);
    return code;
}

static void add(char **words, size_t *count, const char *option, const char *value)
{
    if (value == NULL)
        return;
    words[(*count)++] = (char *)option;
    words[(*count)++] = (char *)value;
}

/* The worker's command line; free it. NULL without memory. */
static char **worker_words(const struct ingest *ingest, char *program)
{
    char **words = calloc(WORKER_WORDS_MAX + 2 * CLI_TEXTS_MAX + CLI_ARGUMENTS_MAX, sizeof *words);
    size_t count = 0;
    if (words == NULL)
        return NULL;
    words[count++] = program;
    words[count++] = (char *)"--dry-run";
    add(words, &count, "--source", ingest->source);
    add(words, &count, "--config", ingest->config_path);
    add(words, &count, "--region", ingest->region);
    add(words, &count, "--language", ingest->language);
    add(words, &count, "--content-type", ingest->content_type);
    for (size_t i = 0; i < ingest->headers->count; i++)
        add(words, &count, "--header", ingest->headers->items[i]);
    for (size_t i = 0; i < ingest->cli->argument_count; i++)
        words[count++] = (char *)ingest->cli->arguments[i];
    return words;
}

static int run_worker(const struct ingest *ingest)
{
    char program[32];
    snprintf(program, sizeof program, "leadwire-%s", ingest->kind);
    char **words = worker_words(ingest, program);
    struct worker_pipe *worker = words != NULL ? worker_pipe_open(words) : NULL;
    free(words);
    if (worker == NULL) {
        cli_complain(ingest->cli, "%s, which reads such contacts, cannot be run: %s", program, strerror(errno));
        return EXIT_NO;
    }
    int code = EXIT_DONE;
    for (char *line; code == EXIT_DONE && (line = worker_pipe_line(worker)) != NULL;)
        code = print_line(ingest, line);
    const int of_worker = worker_pipe_close(&worker);
    if (code != EXIT_DONE || of_worker == EXIT_USAGE)
        return code != EXIT_DONE ? code : EXIT_USAGE;
    return of_worker == 0 ? EXIT_DONE : EXIT_NO;
}

int command_ingest(int argc, char **argv)
{
    bool dry_run = false;
    const char *kind = NULL;
    struct lead_preview_options preview = {.is_optional = true};
    struct cli_texts headers = {.count = 0};
    static struct cli cli;   /* large */
    struct ingest ingest = {.cli = &cli, .headers = &headers};
    const struct cli_option options[] = {
        {"dry-run", NULL, CLI_FLAG, &dry_run, 0, 0, "needed: nothing is sent. 'leadwire publish' sends"},
        {"source", "NAME", CLI_TEXT, &ingest.source, 0, 0, "whose rules apply; without --config: mail, web or phone (needed)"},
        {"config", "FILE", CLI_TEXT, &ingest.config_path, 0, 0, "the worker's mail.yaml, web.yaml or phone.yaml; else default settings"},
        {"kind", "KIND", CLI_TEXT, &kind, 0, 0, "mail, web or phone, where the file's name does not begin so"},
        {"region", "XX", CLI_TEXT, &ingest.region, 0, 0, "without --config: the country of numbers without +"},
        {"language", "xx", CLI_TEXT, &ingest.language, 0, 0, "without --config: of leads that declare none"},
        {"content-type", "TYPE", CLI_TEXT, &ingest.content_type, 0, 0, "web: what the body is; guessed otherwise"},
        {"header", "'NAME: VALUE'", CLI_TEXTS, &headers, 0, 0, "web: a header of the request, as Idempotency-Key"},
        {"desk-file", "FILE", CLI_TEXT, &preview.desk_file, 0, 0, "what the leads would require, by the rules of this desk.yaml; else a running broker is asked"},
        {"all-present", NULL, CLI_FLAG, &preview.all_present, 0, 0, "as if every rep were there, with nothing to do; always so with --desk-file"},
        {"json", NULL, CLI_FLAG, &ingest.is_json, 0, 0, "one JSON object a file, each on its line"},
    };
    const struct cli_spec spec = {
        .command = "ingest", .arguments = "--dry-run --source NAME FILE...", .arguments_min = 1, .arguments_max = CLI_ARGUMENTS_MAX,
        .uses_broker = true,
        .options = options, .option_count = sizeof options / sizeof options[0],
        .about = "Shows what a contact that lies in a file would become: a mail (.eml, also with ADF), the body of a web form\n"
                 "or webhook, the form fields of a call; and what that lead would require and who could take it, if a broker runs\n"
                 "or --desk-file is given. FILE - is standard input. Nothing is kept or sent. outcome is lead; not_a_lead (reason: auto_reply, spam, robot...); rejected\n"
                 "(nobody could be reached); unparsable; unreadable. Ends with 1 if any file is one of the last three, or\n"
                 "the configuration is wrong.",
    };
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (!dry_run)
        return cli_usage_error(&cli, "needs --dry-run: it shows what would be, and sends nothing");
    if (ingest.source == NULL)
        return cli_usage_error(&cli, "needs --source NAME");
    ingest.kind = ingest_kind_find(&cli, kind, ingest.config_path, ingest.source);
    if (ingest.kind == NULL)
        return EXIT_USAGE;
    int code = lead_preview_open(&cli, &preview, &ingest.preview);
    if (code == EXIT_DONE) {
        code = run_worker(&ingest);
        if (!ingest.is_json && lead_preview_skipped(ingest.preview)[0] != '\0')
            fprintf(stderr, "what they would require is not told: %s\n", lead_preview_skipped(ingest.preview));
    }
    lead_preview_close(&ingest.preview);
    return code;
}
