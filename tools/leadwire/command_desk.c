/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire desk - a whole desk out of Redis into a file, and back. Asks no broker.
 */
#include <inttypes.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "desk_export.h"
#include "desk_import.h"
#include "desk_trial.h"
#include "json_out.h"
#include "progress.h"
#include "secret_file.h"
#include "words.h"

enum { PASSWORD_SIZE_MAX = 512, WATCH_DEFAULT_S = 30 };

struct desk_run {
    struct cli cli;
    const char *redis, *user, *password_file, *desk;
    bool is_json, replace, take_over;
    uint64_t watch_s;
    struct progress progress;
    struct backup_work work;
};

/* The bar follows `done`; what has no total yet is not drawn. */
static bool go_on(void *context, uint64_t done, uint64_t total)
{
    struct desk_run *run = context;
    if (total > 0 && (!run->progress.is_begun || run->progress.total != total)) {
        progress_begin(&run->progress, total);
        run->progress.done = 0;
    }
    while (run->progress.is_begun && run->progress.done < done)
        progress_step(&run->progress);
    return !cli_stopped();
}

static int exit_code(lw_status status)
{
    if (status == LW_OK)
        return EXIT_DONE;
    if (status == LW_IO || status == LW_UNKNOWN)
        return EXIT_UNREACHABLE;
    return status == LW_REFUSED || status == LW_FENCED ? EXIT_REFUSED : EXIT_NO;
}

/* EXIT_DONE, or a complaint's exit code. desk: of the file, or as given. */
static int open_redis(struct desk_run *run, const char *desk, struct backup_redis *redis)
{
    char *password = NULL;
    if (run->password_file != NULL && run->password_file[0] != '\0') {
        const lw_status status = secret_read(run->password_file, PASSWORD_SIZE_MAX, &password);
        if (status != LW_OK) {
            cli_complain(&run->cli, "the password file cannot be used: %s", status == LW_REFUSED ? "others can read it" : lw_status_text(status));
            return EXIT_NO;
        }
    }
    const lw_status status = backup_redis_open(redis, run->redis, run->user, password, desk);
    secret_free(&password);
    if (status == LW_OK)
        return EXIT_DONE;
    cli_complain(&run->cli, "%s", redis->error);
    backup_redis_close(redis);
    return status == LW_INVALID ? EXIT_USAGE : EXIT_UNREACHABLE;
}

static void put_place(struct json_out *out, const char *desk, const struct desk_file_end *end)
{
    char position[STREAM_ID_MAX];
    stream_id_format(end->position, position);
    json_put_text(out, "desk", desk);
    json_put_text(out, "position", position);
    json_put_time(out, "as_of", (int64_t)end->desk_ms);
}

static int export_desk(struct desk_run *run, const char *path)
{
    char size_words[WORDS_SIZE], moment[WORDS_SIZE];
    struct backup_redis redis;
    struct desk_file_end end;
    uint64_t bytes;
    FILE *told = strcmp(path, "-") == 0 ? stderr : stdout;
    const int code = open_redis(run, run->desk, &redis);
    if (code != EXIT_DONE)
        return code;
    const lw_status status = desk_export(&redis, path, &run->work, &end, &bytes);
    progress_clear(&run->progress);
    backup_redis_close(&redis);
    if (status != LW_OK) {
        cli_complain(&run->cli, "%s", redis.error);
        return exit_code(status);
    }
    if (run->is_json) {
        struct json_out out;
        json_begin_line(&out, told);
        put_place(&out, run->desk, &end);
        json_put_unsigned(&out, "bytes", bytes);
        json_put_unsigned(&out, "fields", end.fields);
        json_put_unsigned(&out, "entries", end.entries);
        json_end_line(&out);
    } else {
        fprintf(told, "desk %s as of %s: %s; 'leadwire desk check' tells what is in it\n", run->desk,
                words_moment((int64_t)end.desk_ms, moment), words_size(bytes, size_words));
    }
    return EXIT_DONE;
}

/* ---- a file ---- */

struct desk_source { FILE *file; struct desk_file_reader reader; struct desk_file_head head; struct desk_file_end end; struct core *core; };

/* Open, read and restored; EXIT_NO after a complaint. */
static int open_source(struct desk_run *run, const char *path, struct desk_source *source)
{
    struct stat info;
    *source = (struct desk_source){.file = fopen(path, "rb")};
    if (source->file == NULL || fstat(fileno(source->file), &info) != 0 || !S_ISREG(info.st_mode)) {
        cli_complain(&run->cli, "%s: %s", path, source->file == NULL ? strerror(errno) : "it is no file");
        if (source->file != NULL)
            fclose(source->file);
        return EXIT_NO;
    }
    desk_file_reader_init(&source->reader, source->file, (uint64_t)info.st_size);
    if (desk_trial(&source->reader, &source->head, &source->end, &source->core) == LW_OK)
        return EXIT_DONE;
    cli_complain(&run->cli, "%s: %s", path, source->reader.error);
    desk_file_reader_fini(&source->reader);
    fclose(source->file);
    return EXIT_NO;
}

static void close_source(struct desk_source *source)
{
    core_free(source->core);
    desk_file_reader_fini(&source->reader);
    fclose(source->file);
}

static void count_rep(void *context, const struct core_effect *row)
{
    (void)row;
    ++*(uint64_t *)context;
}

static void tell_source(const struct desk_run *run, const struct desk_source *source, const char *verb)
{
    struct core_totals totals;
    uint64_t open = 0, reps = 0;
    char moment[WORDS_SIZE], hash[24];
    core_totals_read(source->core, &totals);
    core_reps_visit(source->core, count_rep, &reps);
    for (size_t i = 0; i < LEAD_STATES; i++)
        open += lead_state_is_end((enum lead_state)i) ? 0 : totals.by_state[i];
    if (!run->is_json) {
        printf("desk %s as of %s %s: %" PRIu64 " open leads, %" PRIu64 " reps, version %" PRIu32 " of the rules\n", source->head.desk,
               words_moment((int64_t)source->end.desk_ms, moment), verb, open, reps, totals.config_version);
        return;
    }
    struct json_out out;
    json_begin_line(&out, stdout);
    put_place(&out, source->head.desk, &source->end);
    json_put_time(&out, "made", source->head.made_unix_ms);
    json_put_text(&out, "made_by", source->head.program);
    json_put_unsigned(&out, "open_leads", open);
    json_put_unsigned(&out, "reps", reps);
    json_put_unsigned(&out, "rules_version", totals.config_version);
    snprintf(hash, sizeof hash, "%016" PRIx64, core_state_hash(source->core));
    json_put_text(&out, "state_hash", hash);
    json_end_line(&out);
}

static int check_file(struct desk_run *run, const char *path)
{
    struct desk_source source;
    const int code = open_source(run, path, &source);
    if (code != EXIT_DONE)
        return code;
    tell_source(run, &source, "is whole");
    close_source(&source);
    return EXIT_DONE;
}

static int import_source(struct desk_run *run, struct desk_source *source)
{
    const struct desk_import_options options = {.replace = run->replace, .take_over = run->take_over, .watch_ms = run->watch_s * 1000};
    struct backup_redis redis;
    if (run->cli.desk_given && strcmp(run->desk, source->head.desk) != 0) {
        cli_complain(&run->cli, "the file is of desk %s, not of %s: its rules and leads are that desk's. Nothing is changed", source->head.desk, run->desk);
        return EXIT_NO;
    }
    const int code = open_redis(run, source->head.desk, &redis);
    if (code != EXIT_DONE)
        return code;
    const lw_status status = desk_import(&redis, &source->reader, &source->head, &source->end, &options, &run->work);
    progress_clear(&run->progress);
    backup_redis_close(&redis);
    if (status == LW_OK)
        tell_source(run, source, "is in Redis");
    else
        cli_complain(&run->cli, "%s", redis.error);
    return exit_code(status);
}

static int import_desk(struct desk_run *run, const char *path)
{
    struct desk_source source;
    int code = open_source(run, path, &source);
    if (code != EXIT_DONE)
        return code;
    code = import_source(run, &source);
    close_source(&source);
    return code;
}

static int run_act(struct desk_run *run)
{
    const char *act = run->cli.arguments[0], *path = run->cli.arguments[1];
    signal(SIGPIPE, SIG_IGN);      /* a pipe that nobody reads any more is told as any file that cannot be written */
    cli_catch_signals();
    run->progress.is_shown = !run->is_json && isatty(STDERR_FILENO) != 0;
    run->work = (struct backup_work){run, go_on};
    if (strcmp(act, "export") == 0)
        return export_desk(run, path);
    if (strcmp(act, "import") == 0)
        return import_desk(run, path);
    if (strcmp(act, "check") == 0)
        return check_file(run, path);
    return cli_usage_error(&run->cli, "there are 'desk export FILE', 'desk import FILE' and 'desk check FILE'");
}

int command_desk(int argc, char **argv)
{
    const char *desk = getenv("LEADWIRE_DESK");
    static struct desk_run run;    /* large */
    run = (struct desk_run){.redis = getenv("LEADWIRE_REDIS"), .password_file = getenv("LEADWIRE_REDIS_PASSWORD_FILE"), .watch_s = WATCH_DEFAULT_S};
    const struct cli_option options[] = {
        {"redis", "ADDRESS", CLI_TEXT, &run.redis, 0, 0, "unix:PATH or host:port ($LEADWIRE_REDIS, else 127.0.0.1:6379)"},
        {"redis-user", "NAME", CLI_TEXT, &run.user, 0, 0, "log on to Redis as (its default user)"},
        {"redis-password-file", "FILE", CLI_TEXT, &run.password_file, 0, 0, "holds Redis' password, mode 0600 ($LEADWIRE_REDIS_PASSWORD_FILE)"},
        {"desk", "NAME", CLI_TEXT, &run.desk, 0, 0, "the desk ($LEADWIRE_DESK, else main; import: that of the file)"},
        {"replace", NULL, CLI_FLAG, &run.replace, 0, 0, "import: a desk that is in Redis is taken away"},
        {"take-over", NULL, CLI_FLAG, &run.take_over, 0, 0, "with --replace: also from a broker that lives: it ends, or a standby serves the new desk"},
        {"watch", "SECONDS", CLI_NUMBER, &run.watch_s, 1, 3600, "with --replace: how long a broker that was killed must be silent (30)"},
        {"json", NULL, CLI_FLAG, &run.is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "desk", .arguments = "export|import|check FILE", .arguments_min = 2, .arguments_max = 2,
        .options = options, .option_count = sizeof options / sizeof options[0],
        .about = "  desk export FILE    the whole desk as it is in Redis now, into one file; a broker may serve it meanwhile.\n"
                 "                      FILE '-' is standard output. Holds personal data: mode 0600\n"
                 "  desk check FILE     says whether an export is whole, and what is in it; needs no Redis\n"
                 "  desk import FILE    the desk of the file into a Redis that has none, or with --replace in its place, while\n"
                 "                      no broker owns it, or with --take-over from the one that does. All of it or nothing;\n"
                 "                      then start a broker\n\n"
                 "In the file are the rules, reps, open leads and those that may be reopened, the idempotency window and\n"
                 "customers. Secrets, keys and the workers' files are not.",
    };
    if (!cli_parse(&run.cli, &spec, argc, argv))
        return run.cli.exit_code;
    if (run.redis == NULL || run.redis[0] == '\0')
        run.redis = "127.0.0.1:6379";
    run.cli.desk_given = run.desk != NULL;
    if (run.desk == NULL)
        run.desk = desk != NULL && desk[0] != '\0' ? desk : "main";
    return run_act(&run);
}
