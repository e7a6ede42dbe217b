/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire customers import - tells a desk who its customers are, from a CSV file.
 *
 * Rows are sent without waiting for the answers to those before, as many as the window holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "customer_row.h"
#include "import_window.h"
#include "json_out.h"
#include "progress.h"

enum { FILE_SIZE_MAX = 512 * 1024 * 1024, PATH_SIZE_MAX = 4096 };

struct import {
    const struct cli *cli;
    const char *path, *region, *rejects_path;
    struct customer_names names;
    struct customer_columns columns;
    struct control_client *control;   /* NULL: --dry-run */
    struct csv_reader csv;            /* large */
    struct import_window window;      /* large too */
    FILE *rejects;                    /* opened at the first */
    struct progress progress;
    const char *header;               /* borrowed from the file, as it stands there */
    size_t header_size;
    uint64_t from_line, fresh, known, rejected;
    uint64_t first_line;              /* of the first that was rejected, and why */
    char first_why[CUSTOMER_WHY_SIZE];
};

/* The whole file, to free; NULL after a complaint. */
static char *read_file(const struct cli *cli, const char *path, size_t *size_out)
{
    struct stat info;
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    if (file != NULL && fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= FILE_SIZE_MAX)
        bytes = malloc((size_t)info.st_size + 1);
    if (bytes == NULL) {
        cli_complain(cli, "%s: %s", path, file == NULL ? strerror(errno) : "it is no file of at most 512 MiB");
    } else {
        *size_out = fread(bytes, 1, (size_t)info.st_size, file);
        if (ferror(file)) {
            cli_complain(cli, "%s: %s", path, strerror(errno));
            free(bytes);
            bytes = NULL;
        } else if (*size_out >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0)) {
            cli_complain(cli, "%s: it is UTF-16; save it as CSV UTF-8", path);
            free(bytes);
            bytes = NULL;
        }
    }
    if (file != NULL)
        fclose(file);
    return bytes;
}

/* As it stood, behind its line and the reason, below the header of the file: mended, the rejects can be imported themselves. Personal
 * data: for its owner only. */
static bool open_rejects(struct import *import)
{
    struct stat info;
    const char divider = import->csv.divider;
    const int fd = open(import->rejects_path, O_WRONLY | O_CREAT | (import->from_line > 0 ? O_APPEND : O_TRUNC) | O_CLOEXEC, 0600);
    import->rejects = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (import->rejects == NULL || fstat(fd, &info) != 0) {
        cli_complain(import->cli, "%s: %s", import->rejects_path, strerror(errno));
        return false;
    }
    if (info.st_size == 0)
        fprintf(import->rejects, "line%creason%c%.*s\n", divider, divider, (int)import->header_size, import->header);
    return true;
}

static void put_quoted(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

static bool reject(struct import *import, const struct import_row *row)
{
    if (import->rejected++ == 0) {
        import->first_line = row->line;
        snprintf(import->first_why, sizeof import->first_why, "%s", row->why);
        if (!open_rejects(import))
            return false;
    }
    fprintf(import->rejects, "%" PRIu64 "%c", row->line, import->csv.divider);
    put_quoted(import->rejects, row->why);
    fputc(import->csv.divider, import->rejects);
    fwrite(row->raw, 1, row->raw_size, import->rejects);
    fputc('\n', import->rejects);
    return true;
}

static void fill(const struct customer *customer, char *phones[CUSTOMER_KEYS_MAX], char *emails[CUSTOMER_KEYS_MAX],
                 Leadwire__V1__CustomerCommand *command)
{
    for (size_t i = 0; i < customer->phone_count; i++)
        phones[i] = (char *)customer->phones[i];
    for (size_t i = 0; i < customer->email_count; i++)
        emails[i] = (char *)customer->emails[i];
    command->phones = phones;
    command->n_phones = customer->phone_count;
    command->emails = emails;
    command->n_emails = customer->email_count;
    command->owner = (char *)customer->owner;
    command->bought = (char *)customer->bought;
    command->bought_unix_ms = customer->bought_unix_ms;
}

/* Puts the row on its way, or says at once what it is. EXIT_DONE, or the exit code after a complaint. */
static int send_row(struct import *import, const struct customer *customer, struct import_row *row)
{
    char *phones[CUSTOMER_KEYS_MAX], *emails[CUSTOMER_KEYS_MAX];
    Leadwire__V1__CustomerCommand command = LEADWIRE__V1__CUSTOMER_COMMAND__INIT;
    struct wire_message message = {.type = WIRE_CUSTOMER_COMMAND, .customer_command = &command};
    const char *broken;
    fill(customer, phones, emails, &command);
    command.request_id = 1;   /* the client gives its own */
    if (wire_check(&message, &broken) != LW_OK) {
        snprintf(row->why, sizeof row->why, "%s", broken);
        return EXIT_DONE;
    }
    const lw_status status = control_client_send(import->control, &message, (int)(import->cli->timeout_s * 1000), &row->ticket);
    return status == LW_OK ? EXIT_DONE : cli_judge_answer(import->cli, import->control, status, WIRE_REPLY, NULL);
}

static int add_row(struct import *import, enum csv_result result)
{
    static struct customer customer;   /* large */
    struct import_row *row = import_window_add(&import->window, &import->csv);
    row->status = LEADWIRE__V1__STATUS__STATUS_REJECTED;
    if (result != CSV_ROW)
        snprintf(row->why, sizeof row->why, "%s", import->csv.why);
    else if (customer_row_read(&import->csv, &import->columns, import->region, &customer, row->why) && import->control != NULL)
        return send_row(import, &customer, row);
    else if (row->why[0] == '\0')
        row->status = LEADWIRE__V1__STATUS__STATUS_ACCEPTED;   /* --dry-run */
    return EXIT_DONE;
}

/* Counts the rows that are answered, up to the first that is not. */
static int settle(struct import *import)
{
    for (const struct import_row *row; (row = import_window_first(&import->window)) != NULL && row->ticket == 0;) {
        const bool is_fresh = row->status == LEADWIRE__V1__STATUS__STATUS_ACCEPTED, is_known = row->status == LEADWIRE__V1__STATUS__STATUS_DUPLICATE;
        import->fresh += is_fresh;
        import->known += is_known;
        if (!is_fresh && !is_known && !reject(import, row))
            return EXIT_NO;
        import_window_drop_first(&import->window);
        progress_step(&import->progress);
    }
    return EXIT_DONE;
}

/* Until no more than `most` rows wait for an answer. */
static int await_answers(struct import *import, uint32_t most)
{
    int code = settle(import);
    while (code == EXIT_DONE && import->window.count > most && !cli_stopped()) {
        struct wire_message reply;
        uint64_t ticket;
        const lw_status status = control_client_next(import->control, &ticket, &reply);
        code = cli_judge_answer(import->cli, import->control, status, WIRE_REPLY, &reply);
        if (code != EXIT_DONE)
            break;
        import_window_answer(&import->window, ticket, reply.reply->status, reply.reply->reason);
        code = settle(import);
    }
    return code;
}

/* Of what stands behind the header: blank lines are no rows, and a row may be of several lines. */
static uint64_t count_rows(const struct csv_reader *header)
{
    static struct csv_reader rest;   /* large */
    uint64_t rows = 0;
    rest = *header;
    while (csv_reader_next(&rest) != CSV_END)
        rows++;
    return rows;
}

/* What --from-line passes over is done. */
static bool is_done_before(struct import *import)
{
    const bool is_done = import->csv.line < import->from_line;
    if (is_done)
        progress_step(&import->progress);
    return is_done;
}

static int import_rows(struct import *import)
{
    int code = EXIT_DONE;
    enum csv_result result;
    while (code == EXIT_DONE && !cli_stopped() && (result = csv_reader_next(&import->csv)) != CSV_END) {
        if (is_done_before(import))
            continue;
        code = add_row(import, result);
        if (code == EXIT_DONE)
            code = await_answers(import, IMPORT_WINDOW_ROWS - 1);
    }
    if (code == EXIT_DONE)
        code = await_answers(import, 0);
    progress_clear(&import->progress);
    return code == EXIT_DONE && cli_stopped() ? EXIT_UNREACHABLE : code;
}

/* Where it goes on: all before is settled. */
static uint64_t next_line(struct import *import)
{
    const struct import_row *first = import_window_first(&import->window);
    return first != NULL ? first->line : import->csv.next_line;
}

static int import_file(struct import *import, const char *bytes, size_t size)
{
    char why[CUSTOMER_WHY_SIZE];
    csv_reader_init(&import->csv, bytes, size);
    if (csv_reader_next(&import->csv) != CSV_ROW) {
        cli_complain(import->cli, "%s: it has no header row", import->path);
        return EXIT_NO;
    }
    if (!customer_columns_find(&import->csv, &import->names, &import->columns, why)) {
        cli_complain(import->cli, "%s: %s", import->path, why);
        return EXIT_NO;
    }
    import->header = import->csv.raw;
    import->header_size = import->csv.raw_size;
    progress_begin(&import->progress, count_rows(&import->csv));
    cli_catch_signals();
    return import_rows(import);
}

static void print_summary(struct import *import, bool is_json, bool is_whole)
{
    if (is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_unsigned(&out, "new", import->fresh);
        json_put_unsigned(&out, "known", import->known);
        json_put_unsigned(&out, "rejected", import->rejected);
        json_put_text(&out, "rejects", import->rejected > 0 ? import->rejects_path : NULL);
        json_put_text(&out, "reason", import->rejected > 0 ? import->first_why : NULL);
        json_put_unsigned(&out, "next_line", is_whole ? 0 : next_line(import));
        json_end_line(&out);
        return;
    }
    printf("%s: %" PRIu64 " new, %" PRIu64 " known already, %" PRIu64 " rejected%s%s\n", import->path, import->fresh, import->known, import->rejected,
           import->rejected > 0 ? ": see " : "", import->rejected > 0 ? import->rejects_path : "");
    if (import->rejected > 0)
        printf("%sline %" PRIu64 ": %s\n", import->rejected > 1 ? "the first: " : "", import->first_line, import->first_why);
    if (!is_whole)
        fprintf(stderr, "go on with --from-line %" PRIu64 "\n", next_line(import));
}

static int run(struct import *import, bool is_json)
{
    size_t size = 0;
    char *bytes = read_file(import->cli, import->path, &size);
    int code = bytes != NULL ? import_file(import, bytes, size) : EXIT_NO;
    if (import->rejects != NULL && fclose(import->rejects) != 0) {
        cli_complain(import->cli, "%s: %s", import->rejects_path, strerror(errno));
        code = EXIT_NO;
    }
    if (import->progress.is_begun)
        print_summary(import, is_json, code == EXIT_DONE);
    free(bytes);
    return code == EXIT_DONE && import->rejected > 0 ? EXIT_NO : code;
}

int command_customers(int argc, char **argv)
{
    bool is_json = false, dry_run = false;
    char rejects_path[PATH_SIZE_MAX];
    struct cli_texts phones = {.count = 0}, emails = {.count = 0};
    static struct cli cli;         /* large */
    static struct import import;   /* larger */
    import.names = (struct customer_names){.phones = &phones, .emails = &emails};
    const struct cli_option options[] = {
        {"phone", "COLUMN", CLI_TEXTS, &phones, 0, 0, "the column of a phone, by its header; may be given often (phone, mobile, tel...)"},
        {"email", "COLUMN", CLI_TEXTS, &emails, 0, 0, "of an email (email, e-mail, mail)"},
        {"owner", "COLUMN", CLI_TEXT, &import.names.owner, 0, 0, "of the rep whose customer it is (owner, account owner, rep)"},
        {"bought", "COLUMN", CLI_TEXT, &import.names.bought, 0, 0, "of what they bought (bought, product)"},
        {"bought-at", "COLUMN", CLI_TEXT, &import.names.bought_at, 0, 0, "of the day they did (bought at, date, purchase date)"},
        {"region", "XX", CLI_TEXT, &import.region, 0, 0, "the country of numbers without +"},
        {"rejects", "FILE", CLI_TEXT, &import.rejects_path, 0, 0, "where rows go that cannot be used (FILE.rejects)"},
        {"from-line", "N", CLI_NUMBER, &import.from_line, 1, UINT64_MAX, "go on there after an interruption"},
        {"dry-run", NULL, CLI_FLAG, &dry_run, 0, 0, "only look at the rows"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "customers", .arguments = "import FILE", .arguments_min = 2, .arguments_max = 2, .uses_broker = true, .options = options,
        .option_count = sizeof options / sizeof options[0],
        .about = "Tells the desk who its customers are, from a CSV file with a header row (comma, semicolon or tab; UTF-8 or\n"
                 "Latin-1): they go to their owner, and rules can ask for them (customer, bought). What is known already, or of\n"
                 "a later day, stands: a file may be imported again. Rows that cannot be used go to the rejects file, with the\n"
                 "reason: mend them there, and import that file. Ends with 1 if there are any, with 3 when the broker does not\n"
                 "answer or it was interrupted.",
    };
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (strcmp(cli.arguments[0], "import") != 0)
        return cli_usage_error(&cli, "'%.32s' is not known here; there is 'customers import'", cli.arguments[0]);
    import.cli = &cli;
    import.path = cli.arguments[1];
    import.progress.is_shown = !is_json && isatty(STDERR_FILENO) != 0;
    snprintf(rejects_path, sizeof rejects_path, "%s.rejects", import.path);
    import.rejects_path = import.rejects_path != NULL ? import.rejects_path : rejects_path;
    int code = dry_run ? EXIT_DONE : cli_control_open(&cli, &import.control);
    if (code == EXIT_DONE)
        code = run(&import, is_json);
    control_client_close(&import.control);
    return code;
}
