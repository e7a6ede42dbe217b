/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire doctor - what is wrong with this machine, and what to do about it.
 */
#include <leadwire/events.h>
#include <leadwire/publisher.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "commands.h"
#include "doctor.h"
#include "json_out.h"
#include "wall_clock.h"

static const char *const finding_names[] = {"good", "warning", "bad"};

void doctor_say(struct doctor *doctor, enum finding kind, const char *check, const char *remedy, const char *format, ...)
{
    if (doctor->count == FINDINGS_MAX)
        return;
    const size_t at = doctor->count++;
    va_list arguments;
    doctor->findings[at].kind = kind;
    doctor->findings[at].check = check;
    snprintf(doctor->findings[at].remedy, FINDING_SIZE, "%s", remedy);
    va_start(arguments, format);
    vsnprintf(doctor->findings[at].words, FINDING_SIZE, format, arguments);
    va_end(arguments);
}

static const char no_broker[] = "start leadwire-broker, or look at its log";

static void check_control(struct doctor *doctor, const struct cli *cli)
{
    char endpoint[CLI_ENDPOINT_SIZE];
    struct control_client *control = NULL;
    if (!cli_endpoint(cli, "control", endpoint) || control_client_open(endpoint, cli->desk, cli_client_name, cli->key_file, &control) != LW_OK)
        return;
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_STATUS_REQUEST, .status_request = &request}, reply;
    const lw_status status = control_client_ask(control, &message, (int)(cli->timeout_s * 1000), &reply);
    if (status != LW_OK || reply.type != WIRE_STATUS_REPLY) {
        doctor_say(doctor, FINDING_BAD, "control", no_broker, "no answer for desk '%s': %s", cli->desk, control_client_error(control));
    } else {
        const Leadwire__V1__StatusReply *desk = reply.status_reply;
        const bool is_ready = strcmp(desk->store_state, "ready") == 0;
        doctor_say(doctor, FINDING_GOOD, "control", "", "the broker answers for desk '%s' (%s)", desk->desk, desk->version);
        doctor_say(doctor, is_ready ? FINDING_GOOD : FINDING_BAD, "store", is_ready ? "" : "see the findings on redis above", "the broker's store is %s%s%s",
                   desk->store_state, desk->store_reason[0] != '\0' ? ": " : "", desk->store_reason);
        if (!desk->counts_untold)
            doctor_say(doctor, desk->config_version > 0 ? FINDING_GOOD : FINDING_BAD, "rules",
                       desk->config_version > 0 ? "" : "leadwire apply desk.yaml", "rules version %u", (unsigned)desk->config_version);
        doctor_say(doctor, strcmp(desk->durability, "memory") == 0 ? FINDING_WARNING : FINDING_GOOD, "durability",
                   strcmp(desk->durability, "memory") == 0 ? "start the broker without --ephemeral" : "", "%s", desk->durability);
    }
    control_client_close(&control);
}

static void check_publish(struct doctor *doctor, const struct cli *cli)
{
    char endpoint[CLI_ENDPOINT_SIZE];
    struct lw_publisher *publisher = NULL;
    if (cli->endpoint != NULL || !cli_endpoint(cli, "publish", endpoint))      /* the endpoint that was given is that of control */
        return;
    const struct lw_publisher_options options = {.endpoint = endpoint, .desk = cli->desk, .client = cli_client_name};
    if (lw_publisher_open(&options, &publisher) != LW_OK)
        return;
    const uint64_t deadline_ms = wall_clock_monotonic_ms() + cli->timeout_s * 1000;
    lw_status status = LW_AGAIN;
    while (!lw_publisher_connected(publisher) && status != LW_REFUSED && wall_clock_monotonic_ms() < deadline_ms) {
        struct lw_publisher_answer answer;
        status = lw_publisher_next(publisher, &answer);
        if (status == LW_AGAIN && !lw_publisher_connected(publisher)) {
            const int wait_ms = lw_publisher_wait_ms(publisher);
            poll(&(struct pollfd){.fd = lw_publisher_fd(publisher), .events = POLLIN}, 1, wait_ms < 100 ? wait_ms : 100);
        }
    }
    if (lw_publisher_connected(publisher))
        doctor_say(doctor, FINDING_GOOD, "publish", "", "the broker takes publishers");
    else
        doctor_say(doctor, FINDING_BAD, "publish", no_broker, "no welcome for publishers%s%s", status == LW_REFUSED ? ": " : "",
                   status == LW_REFUSED ? lw_publisher_error(publisher) : "");
    lw_publisher_close(&publisher);
}

/* Reps log on with secrets that we do not have, and subscribers are not greeted: their sockets being there must do. */
static void check_socket(struct doctor *doctor, const struct cli *cli, const char *check)
{
    char path[512];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", cli->run_dir, check);
    if (stat(path, &info) == 0 && S_ISSOCK(info.st_mode))
        doctor_say(doctor, FINDING_GOOD, check, "", "the broker's socket is there");
    else
        doctor_say(doctor, FINDING_BAD, check, no_broker, "%.150s is not a socket", path);
}

static int print_findings(const struct doctor *doctor, bool is_json)
{
    size_t counts[3] = {0};
    struct json_out out;
    if (is_json) {
        json_begin_line(&out, stdout);
        json_begin_list(&out, "findings");
    }
    for (size_t i = 0; i < doctor->count; i++) {
        counts[doctor->findings[i].kind]++;
        if (is_json) {
            json_begin_object(&out, NULL);
            json_put_text(&out, "check", doctor->findings[i].check);
            json_put_text(&out, "finding", finding_names[doctor->findings[i].kind]);
            json_put_text(&out, "words", doctor->findings[i].words);
            json_put_text(&out, "remedy", doctor->findings[i].remedy);
            json_end_object(&out);
        } else {
            printf("%-8s %-18s %s\n", finding_names[doctor->findings[i].kind], doctor->findings[i].check, doctor->findings[i].words);
            if (doctor->findings[i].remedy[0] != '\0')
                printf("%-8s %-18s   -> %s\n", "", "", doctor->findings[i].remedy);
        }
    }
    if (is_json) {
        json_end_list(&out);
        json_put_unsigned(&out, "good", counts[FINDING_GOOD]);
        json_put_unsigned(&out, "warnings", counts[FINDING_WARNING]);
        json_put_unsigned(&out, "bad", counts[FINDING_BAD]);
        json_end_line(&out);
    } else {
        printf("\n%zu good, %zu warnings, %zu bad\n", counts[FINDING_GOOD], counts[FINDING_WARNING], counts[FINDING_BAD]);
    }
    return counts[FINDING_BAD] > 0 ? EXIT_NO : EXIT_DONE;
}

int command_doctor(int argc, char **argv)
{
    bool is_json = false;
    const char *redis = getenv("LEADWIRE_REDIS"), *redis_user = NULL;
    const char *redis_password_file = getenv("LEADWIRE_REDIS_PASSWORD_FILE");
    const struct cli_option options[] = {
        {"redis", "ADDRESS", CLI_TEXT, &redis, 0, 0, "unix:PATH or host:port ($LEADWIRE_REDIS, else 127.0.0.1:6379)"},
        {"redis-user", "NAME", CLI_TEXT, &redis_user, 0, 0, "log on to Redis as (its default user)"},
        {"redis-password-file", "FILE", CLI_TEXT, &redis_password_file, 0, 0, "holds Redis' password, mode 0600 ($LEADWIRE_REDIS_PASSWORD_FILE)"},
        {"json", NULL, CLI_FLAG, &is_json, 0, 0, "one JSON object"},
    };
    const struct cli_spec spec = {
        .command = "doctor", .arguments = "", .uses_broker = true, .options = options, .option_count = sizeof options / sizeof options[0],
        .about = "Looks at Redis, the broker's sockets and this machine, and says for each what to do if it is not\n"
                 "right. Changes nothing. Ends with 1 if something is bad; warnings alone do not count.",
    };
    struct cli cli;
    if (!cli_parse(&cli, &spec, argc, argv))
        return cli.exit_code;
    static struct doctor doctor;
    doctor_check_redis(&doctor, redis != NULL && redis[0] != '\0' ? redis : "127.0.0.1:6379", redis_user,
                       redis_password_file);
    doctor_check_run_dir(&doctor, cli.run_dir);
    check_control(&doctor, &cli);
    check_publish(&doctor, &cli);
    check_socket(&doctor, &cli, "reps");
    check_socket(&doctor, &cli, "events");
    doctor_check_machine(&doctor, cli.run_dir);
    return print_findings(&doctor, is_json);
}
