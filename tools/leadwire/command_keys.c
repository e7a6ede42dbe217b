/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire keys new|list|revoke - the keys of a broker that is reached by TCP. Works on the directory of keys alone: no broker
 * need run, and one that does sees what was changed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "json_out.h"
#include "key_dir.h"
#include "secret_file.h"
#include "wall_clock.h"

struct keys_run {
    const struct cli *cli;
    struct key_dir dir;
    const char *file;
    bool is_json;
};

static int complain(const struct keys_run *run, lw_status status, const char *why)
{
    cli_complain(run->cli, "%s", why);
    return status == LW_INVALID || status == LW_TOO_LARGE ? EXIT_USAGE : EXIT_NO;
}

static int make_server(const struct keys_run *run)
{
    char why[KEY_WHY_MAX];
    struct key_file server;
    lw_status status = key_dir_server(&run->dir, false, &server, why);
    bool is_new = status == LW_NOT_FOUND;
    if (is_new)
        status = key_dir_server(&run->dir, true, &server, why);
    if (status != LW_OK)
        return complain(run, status, why);
    secret_wipe(server.secret_key, sizeof server.secret_key);
    if (run->is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_text(&out, "file", run->dir.server);
        json_put_text(&out, "public", server.public_key);
        json_put_bool(&out, "new", is_new);
        json_end_line(&out);
    } else {
        printf("%s%s\npublic key %s\n", run->dir.server, is_new ? "" : " was there already", server.public_key);
    }
    return EXIT_DONE;
}

static void put_entry(struct json_out *out, const struct key_entry *entry, const char *fingerprint)
{
    json_put_text(out, "role", roles_name(entry->role));
    json_put_text(out, "name", entry->name);
    json_put_text(out, "fingerprint", fingerprint);
    json_put_text(out, "public", entry->public_text);
    json_put_time(out, "made", entry->made_unix_s * 1000);
    json_put_time(out, "revoked", entry->revoked_unix_s * 1000);
}

static int make(const struct keys_run *run, const char *role_name, const char *name)
{
    enum role role = roles_find(role_name);
    char why[KEY_WHY_MAX], fingerprint[KEY_FINGERPRINT_SIZE], path[KEY_PATH_SIZE];
    struct key_entry entry;
    if (role == ROLE_NOBODY)
        return cli_usage_error(run->cli, "there is no role '%.32s'; publisher, rep, events, manager and admin are", role_name);
    snprintf(path, sizeof path, "%s/%.*s.key", run->dir.path, (int)sizeof entry.name, name);
    lw_status status = key_dir_issue(&run->dir, role, name, run->file, wall_clock_unix_ms() / 1000, &entry, why);
    if (status == LW_DUPLICATE) {
        cli_complain(run->cli, "%s; another key of the same name needs --file FILE", why);
        return EXIT_NO;
    }
    if (status != LW_OK)
        return complain(run, status, why);
    key_fingerprint(entry.public_key, fingerprint);
    if (run->is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        put_entry(&out, &entry, fingerprint);
        json_put_text(&out, "file", run->file != NULL ? run->file : path);
        json_end_line(&out);
    } else {
        printf("%s: key %s of %s %s\nGive this file to whoever it is for, by a way that nobody reads; then delete it here.\n",
               run->file != NULL ? run->file : path, fingerprint, roles_name(role), entry.name);
    }
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

static int list(const struct keys_run *run)
{
    char why[KEY_WHY_MAX];
    struct key_list keys;
    const lw_status status = key_list_read(run->dir.list, &keys, why);
    if (status != LW_OK)
        return complain(run, status, why);
    if (!run->is_json)
        printf("%-10s %-24s %-17s %-11s %s\n", "role", "name", "fingerprint", "made", "revoked");
    for (uint32_t i = 0; i < keys.count; i++) {
        const struct key_entry *entry = &keys.entries[i];
        char fingerprint[KEY_FINGERPRINT_SIZE], made[25], revoked[25];
        key_fingerprint(entry->public_key, fingerprint);
        if (run->is_json) {
            struct json_out out;
            json_begin_line(&out, stdout);
            put_entry(&out, entry, fingerprint);
            json_end_line(&out);
            continue;
        }
        format_day(entry->made_unix_s, made);
        format_day(entry->revoked_unix_s, revoked);
        printf("%-10s %-24s %-17s %-11s %s\n", roles_name(entry->role), entry->name, fingerprint, made, revoked);
    }
    key_list_free(&keys);
    return EXIT_DONE;
}

static int revoke(const struct keys_run *run, const char *which)
{
    char why[KEY_WHY_MAX];
    uint32_t count;
    const lw_status status = key_dir_revoke(&run->dir, which, wall_clock_unix_ms() / 1000, &count, why);
    if (status != LW_OK)
        return complain(run, status, why);
    if (run->is_json) {
        struct json_out out;
        json_begin_line(&out, stdout);
        json_put_unsigned(&out, "revoked", count);
        json_end_line(&out);
    } else {
        printf("%" PRIu32 " key%s revoked; a broker that runs sees it within a second\n", count, count == 1 ? "" : "s");
    }
    return EXIT_DONE;
}

static int run_act(struct keys_run *run)
{
    const char *const *words = run->cli->arguments;
    const size_t count = run->cli->argument_count;
    if (strcmp(words[0], "new") == 0 && count == 2 && strcmp(words[1], KEY_ROLE_SERVER) == 0)
        return make_server(run);
    if (strcmp(words[0], "new") == 0 && count == 3)
        return make(run, words[1], words[2]);
    if (strcmp(words[0], "list") == 0 && count == 1)
        return list(run);
    if (strcmp(words[0], "revoke") == 0 && count == 2)
        return revoke(run, words[1]);
    return cli_usage_error(run->cli, "there are 'keys new ROLE NAME', 'keys new server', 'keys list' and 'keys revoke NAME'");
}

int command_keys(int argc, char **argv)
{
    const char *dir = getenv("LEADWIRE_KEYS_DIR");
    struct keys_run run = {.file = NULL};
    char why[KEY_WHY_MAX];
    static struct cli cli;         /* large */
    const struct cli_option options[] = {
        {"dir", "DIR", CLI_TEXT, &dir, 0, 0, "the broker's directory of keys ($LEADWIRE_KEYS_DIR)"},
        {"file", "FILE", CLI_TEXT, &run.file, 0, 0, "where the new key goes (DIR/NAME.key)"},
        {"json", NULL, CLI_FLAG, &run.is_json, 0, 0, "one JSON object a line"},
    };
    const struct cli_spec spec = {
        .command = "keys", .arguments = "new|list|revoke ...", .arguments_min = 1, .arguments_max = 3,
        .options = options, .option_count = sizeof options / sizeof options[0],
        .about = "  keys new ROLE NAME             a key for one client: publisher, rep, events, manager or admin.\n"
                 "                                 A rep's has the rep's name, and is that rep's alone\n"
                 "  keys new server                the broker's own, if there is none yet\n"
                 "  keys list                      who may come in\n"
                 "  keys revoke NAME|FINGERPRINT   all keys of the name, or one; what they opened is closed\n\n"
                 "For brokers that are reached by TCP, see leadwire-broker(8). A key's file is a secret, and all that its\n"
                 "client needs. The broker need not run, and one that runs need not be told.",
    };
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    if (dir == NULL || dir[0] == '\0')
        return cli_usage_error(&cli, "needs --dir DIR, or LEADWIRE_KEYS_DIR");
    run.cli = &cli;
    const lw_status status = key_dir_open(&run.dir, dir, why);
    return status == LW_OK ? run_act(&run) : complain(&run, status, why);
}
