/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-journal - prints what Redis has of a desk: the checkpoint's records, then the journal's, one JSON object a
 * line. The judge of a run: it asks no broker and changes nothing.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal_reader.h"
#include "journal_rows.h"
#include "secret_file.h"

enum { DONE = 0, NOT_GOOD = 1, USAGE = 2, UNREACHABLE = 3 };

enum { PASSWORD_MAX = 4096 };

struct options { const char *redis, *desk, *user, *password_file; };

static const char usage[] =
    "leadwire-journal --redis unix:PATH|HOST:PORT [--desk NAME] [--user NAME] [--password-file FILE] [--json]\n"
    "Prints the records that Redis has of a desk, one JSON object a line: the checkpoint's (entry null), then the\n"
    "journal's in order. Reads only. Texts of leads are not shown.\n"
    "Exit: 0 done; 1 no such desk, or damage; 2 wrong use; 3 Redis cannot be reached.\n";

static int parse(int argc, char **argv, struct options *options);
static int print_desk(const struct options *options, const char *password);
static void begin_anew(void *context);
static bool put_row(void *context, const struct journal_place *place, enum record_kind kind, const void *bytes, size_t size);
static bool copy_out(FILE *from);

int main(int argc, char **argv)
{
    struct options options = {.desk = "main"};
    char *password = NULL;
    int code = parse(argc, argv, &options);

    if (code >= 0)
        return code;
    if (options.password_file) {
        lw_status status = secret_read(options.password_file, PASSWORD_MAX, &password);
        if (status != LW_OK) {
            fprintf(stderr, "leadwire-journal: the password file cannot be read: %s\n", lw_status_text(status));
            return USAGE;
        }
    }
    code = print_desk(&options, password);
    secret_free(&password);
    return code;
}

/* -1: go on. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"redis", required_argument, NULL, 'r'}, {"desk", required_argument, NULL, 'd'}, {"user", required_argument, NULL, 'u'},
        {"password-file", required_argument, NULL, 'p'}, {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
        {0},
    };

    for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (option) {
        case 'r': options->redis = optarg; break;
        case 'd': options->desk = optarg; break;
        case 'u': options->user = optarg; break;
        case 'p': options->password_file = optarg; break;
        case 'j': break;      /* there is no other form yet */
        case 'h': fputs(usage, stdout); return DONE;
        default: fputs(usage, stderr); return USAGE;
        }
    }
    if (options->redis && optind == argc)
        return -1;
    fputs(usage, stderr);
    return USAGE;
}

static int print_desk(const struct options *options, const char *password)
{
    struct journal_reader reader;
    struct journal_rows rows;
    struct journal_visitor visitor = {.context = &rows, .reset = begin_anew, .record = put_row};

    lw_status status = journal_reader_open(&reader, options->redis, options->user, password, options->desk);
    if (status != LW_OK) {
        fprintf(stderr, "leadwire-journal: %s\n", reader.error);
        journal_reader_close(&reader);
        return status == LW_INVALID ? USAGE : UNREACHABLE;
    }
    /* A checkpoint that moves meanwhile makes the reading begin anew, so nothing is shown before its end. */
    journal_rows_init(&rows, tmpfile());
    if (!rows.out) {
        fprintf(stderr, "leadwire-journal: no temporary file could be made\n");
        journal_reader_close(&reader);
        return NOT_GOOD;
    }
    status = journal_reader_read(&reader, &visitor);
    if (status == LW_OK && rows.status != LW_OK) {
        status = rows.status;
        snprintf(reader.error, sizeof reader.error, "a record cannot be read: %s", lw_status_text(status));
    }
    bool is_out = copy_out(rows.out);
    if (status != LW_OK)
        fprintf(stderr, "leadwire-journal: %s\n", reader.error);
    fclose(rows.out);
    journal_rows_fini(&rows);
    journal_reader_close(&reader);
    return status == LW_OK && is_out ? DONE : status == LW_IO ? UNREACHABLE : NOT_GOOD;
}

static void begin_anew(void *context)
{
    struct journal_rows *rows = context;

    rewind(rows->out);
    if (ftruncate(fileno(rows->out), 0) != 0)
        rows->status = LW_IO;
}

static bool put_row(void *context, const struct journal_place *place, enum record_kind kind, const void *bytes, size_t size)
{
    return journal_rows_put(context, place, kind, bytes, size);
}

static bool copy_out(FILE *from)
{
    char buffer[65536];
    size_t size;

    rewind(from);
    while ((size = fread(buffer, 1, sizeof buffer, from)) > 0) {
        if (fwrite(buffer, 1, size, stdout) != size)
            return false;
    }
    return fflush(stdout) == 0 && !ferror(from);
}
