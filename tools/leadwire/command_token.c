/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire token new|list|revoke - the tokens with which scripts ask the gateway. Works on the gateway's file of tokens alone: it need
 * not run, and one that does sees what was changed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"
#include "secret_file.h"
#include "token_list.h"
#include "wall_clock.h"

enum { DAY_S = 24 * 60 * 60, DAYS_MAX = 3650, DAYS_DEFAULT = 90 };

struct token_run {
    const struct cli *cli;
    const char *path, *role;
    uint64_t days;
    int64_t now_unix_s;
    bool is_json;
};

static int complain(const struct token_run *run, lw_status status, const char *why)
{
    cli_complain(run->cli, "%s", why);
    return status == LW_INVALID || status == LW_TOO_LARGE ? EXIT_USAGE : EXIT_NO;
}

static void put_entry(struct json_out *out, const struct token_run *run, const struct token_entry *entry)
{
    json_put_text(out, "name", entry->name);
    json_put_text(out, "role", token_role_word(entry->role));
    json_put_text(out, "team", entry->team);
    json_put_time(out, "made", entry->made_unix_s * 1000);
    json_put_time(out, "expires", entry->expires_unix_s * 1000);
    json_put_time(out, "revoked", entry->revoked_unix_s * 1000);
    json_put_bool(out, "in_force", token_is_in_force(entry, run->now_unix_s));
}

static void show_new(const struct token_run *run, const struct token_entry *entry, const char *token)
{
    if (run->is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_text(&out, "token", token);
        put_entry(&out, run, entry);
        json_end_line(&out);
    } else {
        printf("%s\n", token);
        fprintf(stderr, "This is the token of %s. It is shown only now; ask with the header 'Authorization: Bearer TOKEN'.\n", entry->name);
    }
}

static int make(const struct token_run *run, struct token_list *list, const char *name)
{
    struct token_entry entry = {.expires_unix_s = run->now_unix_s + (int64_t)run->days * DAY_S};
    char token[TOKEN_SIZE + 1], why[TOKEN_WHY_MAX];
    if (!token_name_is_fine(name))
        return cli_usage_error(run->cli, "a name has 1 to %d small letters, digits, '.', '_' and '-'", TOKEN_NAME_MAX);
    if (run->role == NULL || !token_role_read(run->role, &entry))
        return cli_usage_error(run->cli, "needs --role read-only, manager or admin; :TEAM may follow read-only and manager");
    memcpy(entry.name, name, strlen(name) + 1);
    lw_status status = token_list_issue(list, &entry, run->now_unix_s, token);
    if (status != LW_OK) {
        cli_complain(run->cli, "%s", status == LW_DUPLICATE ? "there is a token of this name; revoke it, or take another name" : lw_status_text(status));
        return EXIT_NO;
    }
    entry.made_unix_s = run->now_unix_s;
    status = token_list_write(run->path, list, why);
    if (status == LW_OK)
        show_new(run, &entry, token);
    secret_wipe(token, sizeof token);
    return status == LW_OK ? EXIT_DONE : complain(run, status, why);
}

static int revoke(const struct token_run *run, struct token_list *list, const char *name)
{
    char why[TOKEN_WHY_MAX];
    if (token_list_revoke(list, name, run->now_unix_s) == 0) {
        cli_complain(run->cli, "there is no token of this name in force");
        return EXIT_NO;
    }
    lw_status status = token_list_write(run->path, list, why);
    if (status != LW_OK)
        return complain(run, status, why);
    if (!run->is_json)
        printf("revoked; a gateway that runs sees it within a second\n");
    return EXIT_DONE;
}

static void format_day(int64_t unix_s, char out[25])
{
    out[0] = '\0';
    if (unix_s == 0)
        return;
    wall_clock_format(unix_s * 1000, out);
    out[10] = '\0';
}

static int list_all(const struct token_run *run, const struct token_list *list)
{
    if (!run->is_json)
        printf("%-24s %-10s %-16s %-11s %-11s %s\n", "name", "role", "team", "made", "expires", "revoked");
    for (uint32_t i = 0; i < list->count; i++) {
        const struct token_entry *entry = &list->entries[i];
        char made[25], expires[25], revoked[25];
        if (run->is_json) {
            struct json_out out;
            json_begin_line(&out, stdout);
            put_entry(&out, run, entry);
            json_end_line(&out);
            continue;
        }
        format_day(entry->made_unix_s, made);
        format_day(entry->expires_unix_s, expires);
        format_day(entry->revoked_unix_s, revoked);
        printf("%-24s %-10s %-16s %-11s %-11s %s\n", entry->name, token_role_word(entry->role), entry->team, made, expires, revoked);
    }
    return EXIT_DONE;
}

static int run_act(const struct token_run *run, struct token_list *list)
{
    const char *const *words = run->cli->arguments;
    const size_t count = run->cli->argument_count;
    if (strcmp(words[0], "new") == 0 && count == 2)
        return make(run, list, words[1]);
    if (strcmp(words[0], "list") == 0 && count == 1)
        return list_all(run, list);
    if (strcmp(words[0], "revoke") == 0 && count == 2)
        return revoke(run, list, words[1]);
    return cli_usage_error(run->cli, "there are 'token new NAME --role ROLE', 'token list' and 'token revoke NAME'");
}

int command_token(int argc, char **argv)
{
    struct token_run run = {.path = getenv("LEADWIRE_TOKENS"), .days = DAYS_DEFAULT, .now_unix_s = wall_clock_unix_ms() / 1000};
    char why[TOKEN_WHY_MAX];
    static struct cli cli;         /* large */
    const struct cli_option options[] = {
        {"file", "FILE", CLI_TEXT, &run.path, 0, 0, "the gateway's file of tokens ($LEADWIRE_TOKENS)"},
        {"role", "ROLE", CLI_TEXT, &run.role, 0, 0, "of a new one: read-only, manager or admin; read-only:TEAM and manager:TEAM see that team only"},
        {"days", "DAYS", CLI_NUMBER, &run.days, 1, DAYS_MAX, "a new one expires after so many (90)"},
        {"json", NULL, CLI_FLAG, &run.is_json, 0, 0, "one JSON object a line"},
    };
    const struct cli_spec spec = {
        .command = "token", .arguments = "new|list|revoke ...", .arguments_min = 1, .arguments_max = 2,
        .options = options, .option_count = sizeof options / sizeof options[0],
        .about = "  token new NAME --role ROLE   a token for a script; it is shown once, and only its hash is kept\n"
                 "  token list                   all there are, with what they may do and until when\n"
                 "  token revoke NAME            it is good no more\n\n"
                 "A script asks leadwire-gateway with the header 'Authorization: Bearer TOKEN'. The gateway need not run,\n"
                 "and one that runs need not be told.",
    };
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (run.path == NULL || run.path[0] == '\0')
        return cli_usage_error(&cli, "needs --file FILE, or LEADWIRE_TOKENS");
    run.cli = &cli;
    struct token_list list = {0};
    int lock = strcmp(cli.arguments[0], "list") != 0 ? token_list_lock(run.path, why) : STDIN_FILENO;
    lw_status status = lock >= 0 ? token_list_read(run.path, &list, why) : LW_IO;
    const int exit_code = status == LW_OK ? run_act(&run, &list) : complain(&run, status, why);
    token_list_free(&list);
    if (lock > STDIN_FILENO)
        close(lock);
    return exit_code;
}
