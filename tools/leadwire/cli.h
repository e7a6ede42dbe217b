/* SPDX-License-Identifier: Apache-2.0
 *
 * cli - what the commands of `leadwire` share: options from a table, help from the
 * same table, exit codes, the desk's endpoints.
 *
 * A command is a function; commands.h lists them. Threads: one.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control_client.h"

/* The same for every command; documented in --help and in leadwire(1). */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_NO = 1,            /* the answer is no, or a problem was found */
    EXIT_USAGE = 2,
    EXIT_UNREACHABLE = 3,   /* no broker, or no answer in time */
    EXIT_REFUSED = 4,       /* the broker said no to us */
};

enum cli_kind { CLI_FLAG, CLI_TEXT, CLI_NUMBER, CLI_TEXTS };

enum { CLI_TEXTS_MAX = 64, CLI_ARGUMENTS_MAX = 1024, CLI_ENDPOINT_SIZE = 256 };

struct cli_texts { const char *items[CLI_TEXTS_MAX]; size_t count; };

/* One option, e.g. {"watch", "SECONDS", CLI_NUMBER, &seconds, 1, 3600, "again and again, every SECONDS"}.
 * value points to bool, const char *, uint64_t or struct cli_texts; it keeps what it held when not given. */
struct cli_option {
    const char *name, *metavar;
    enum cli_kind kind;
    void *value;
    uint64_t min, max;
    const char *help;
};

struct cli_spec {
    const char *command;                  /* "status" */
    const char *arguments;                /* "LEAD", "" */
    const char *about;                    /* lines below the usage */
    size_t arguments_min, arguments_max;
    bool uses_broker;                     /* adds --run-dir, --endpoint, --key-file, --desk, --timeout */
    const struct cli_option *options;
    size_t option_count;
};

struct cli {
    const char *command;
    const char *arguments[CLI_ARGUMENTS_MAX];
    size_t argument_count;
    const char *run_dir, *desk;           /* uses_broker */
    const char *endpoint, *key_file;      /* a broker by tcp, in place of run_dir; NULL: none */
    const char *events_endpoint;          /* beside endpoint, for those that watch */
    bool desk_given;                      /* by option or environment, not by default */
    uint64_t timeout_s;
    int exit_code;                        /* when cli_parse says no */
};

/* argv[0] is the command. False: end with cli->exit_code (help was asked for, or the words for a wrong
 * usage are on standard error). */
bool cli_parse(struct cli *cli, const struct cli_spec *spec, int argc, char **argv);
/* "leadwire status: text" and where to find help, on standard error. Gives EXIT_USAGE. */
int cli_usage_error(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "leadwire status: text" on standard error. */
void cli_complain(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What --endpoint says, else "ipc://RUN_DIR/name"; name: publish, reps, events, control. False after a complaint: it is too long, or, for
 * events, missing beside --endpoint. */
bool cli_endpoint(const struct cli *cli, const char *name, char endpoint[CLI_ENDPOINT_SIZE]);
/* The broker as words call it: the endpoint, or the run directory. */
const char *cli_broker(const struct cli *cli);
/* What could not be opened, in words: a key file that is wrong is told, else the status. Gives the exit code. */
int cli_cannot_open(const struct cli *cli, const char *endpoint, lw_status status);

/* Opens the control endpoint. EXIT_DONE or the exit code after a complaint. */
int cli_control_open(const struct cli *cli, struct control_client **out);
/* Asks; EXIT_DONE with a reply of the wanted type, else the exit code after a complaint. A WIRE_REPLY that is
 * not wanted is the broker's refusal: its reason is printed. */
int cli_ask(const struct cli *cli, struct control_client *control, struct wire_message *request, enum wire_type wanted,
            struct wire_message *reply);
/* The exit code that a Reply's status means, after a complaint unless accepted or a duplicate. */
/* What became of a request that control_client_send sent, of its status: the same. */
int cli_judge_answer(const struct cli *cli, struct control_client *control, lw_status status, enum wire_type wanted, const struct wire_message *reply);
int cli_judge_reply(const struct cli *cli, const Leadwire__V1__Reply *reply);

/* Set by SIGINT and SIGTERM after cli_catch_signals: the loops of commands look at it. */
bool cli_stopped(void);
void cli_catch_signals(void);

extern const char cli_client_name[];   /* "leadwire 0.1.0", for the broker's log */

#endif
