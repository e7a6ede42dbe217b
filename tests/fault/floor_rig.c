/* SPDX-License-Identifier: Apache-2.0 */
#include "floor_rig.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seeded.h"
#include "wall_clock.h"

enum { WAIT_MS = 60000, TURN_MS = 5, MORE_OPEN = 120, BUSY_MIN = 5, DONE_MIN = 20 };

static void open_redis(struct floor_rig *rig);
static void name_addresses(struct floor_rig *rig);
static void write_secrets(const struct floor_rig *rig);
static void apply_rules(const struct floor_rig *rig);
static void judge_now(struct floor_rig *rig, bool is_last);
static void keep_if_wrong(const struct floor_rig *rig);
static bool is_loaded(struct floor_rig *rig);

void floor_rig_open(struct floor_rig *rig, const struct load_options *options, const char *durability)
{
    struct load_options load = *options;

    *rig = (struct floor_rig){.has_replica = rig->has_replica};
    open_redis(rig);
    const char *const args[] = {"--redis", rig->redis_address, "--name", "same", "--lease", "2000", "--away-after", "300",
                                "--checkpoint-bytes", "32768", "--checkpoint-ms", "150", durability ? "--durability" : NULL, durability,
                                rig->has_replica ? "--redis" : NULL, rig->replica_address, NULL};
    memcpy(rig->args, args, sizeof args);
    broker_fixture_open(&rig->broker, rig->args);
    write_secrets(rig);
    broker_fixture_start(&rig->broker);
    rig->is_serving = true;
    apply_rules(rig);

    snprintf(rig->log_path, sizeof rig->log_path, "%s/clients", rig->broker.directory);
    load.run_dir = rig->broker.run_dir;
    load.log_path = rig->log_path;
    load_open(&load, &rig->load);
    rig->judge = judge_new(rig->log_path);
    redis_desk_init(&rig->desk);
    floor_rig_mark(rig, CLIENT_SERVING);
    floor_rig_until(rig, is_loaded, "the floor fills");
}

int floor_rig_finish(struct floor_rig *rig)
{
    load_drain(rig->load);
    floor_rig_until(rig, floor_rig_is_drained, "all is drained");
    int result = floor_rig_judge_end(rig);
    floor_rig_close(rig);
    return result;
}

int floor_rig_judge_end(struct floor_rig *rig)
{
    struct judge_totals judged;
    struct load_totals told;

    load_totals_read(rig->load, &told);
    if (broker_fixture_stop(&rig->broker) != 0)
        printf("VIOLATED: the broker does not stop well\n");
    judge_now(rig, true);
    judge_totals_read(rig->judge, &judged);
    printf("clients: %u leads acknowledged, %u completed, %u cancelled; %u offers, %u of them resumed; %u declined, %u dialled; "
           "%u publishes told busy, %u repeated\n", told.published, told.completed, told.cancelled, told.offers, told.resumed_offers,
           told.declined, told.dialled, told.busy, told.duplicates);
    printf("judge: %u leads, %u ended; %u readings of Redis; %u offers and holdings went on, %u came too late to say; %u violations\n",
           judged.leads, judged.ended, judged.readings, judged.resumed, judged.resumed_late, judged.violations);
    if (judged.told > 0)
        printf("judge: the receiver of webhooks took %u messages, of %u leads that it had to be told of in any case\n", judged.told, judged.told_in_calm);
    if (judged.violations > 0)
        floor_rig_show_log_end(rig);
    return judged.violations == 0 ? 0 : 1;
}

void floor_rig_close(struct floor_rig *rig)
{
    load_close(&rig->load);
    judge_free(rig->judge);
    redis_desk_fini(&rig->desk);
    broker_fixture_close(&rig->broker);
    redis_fixture_close(&rig->redis);
    if (rig->has_replica)
        redis_fixture_close(&rig->replica);
}

void floor_rig_turn(struct floor_rig *rig)
{
    struct pollfd item = {.fd = rig->broker.ready_fd, .events = POLLIN};

    load_turn(rig->load, TURN_MS, rig->broker.ready_fd);
    if (rig->is_serving || rig->broker.ready_fd < 0 || poll(&item, 1, 0) != 1 || !(item.revents & POLLIN))
        return;
    broker_fixture_await(&rig->broker);
    rig->is_serving = true;
    floor_rig_mark(rig, CLIENT_SERVING);
}

bool floor_rig_within(struct floor_rig *rig, bool (*holds)(struct floor_rig *rig), unsigned wait_ms)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + wait_ms;

    while (!holds(rig)) {
        if (wall_clock_monotonic_ms() > end_ms)
            return false;
        floor_rig_turn(rig);
    }
    return true;
}

bool floor_rig_until(struct floor_rig *rig, bool (*holds)(struct floor_rig *rig), const char *what)
{
    struct load_totals told;

    if (floor_rig_within(rig, holds, WAIT_MS))
        return true;
    load_totals_read(rig->load, &told);
    printf("waited in vain: %s; open %u, unanswered %u, sessions %u\n", what, told.open, told.unanswered, told.sessions);
    judge_read_log(rig->judge);
    floor_rig_show_log_end(rig);
    exit(1);
}

void floor_rig_run_ms(struct floor_rig *rig, unsigned ms)
{
    for (uint64_t end_ms = wall_clock_monotonic_ms() + ms; wall_clock_monotonic_ms() < end_ms;)
        floor_rig_turn(rig);
}

void floor_rig_mark(struct floor_rig *rig, enum client_word word)
{
    client_log_put(load_log(rig->load), &(struct client_line){.word = word});
    fflush(load_log(rig->load));
}

void floor_rig_fail_over(struct floor_rig *rig)
{
    const struct redis_fixture old = rig->redis;

    MUST_HOLD(redis_fixture_ask(&rig->replica, NULL, 0, "REPLICAOF NO ONE"));
    rig->redis = rig->replica;
    rig->replica = old;
    if (rig->replica.pid == 0)
        redis_fixture_start(&rig->replica);
    redis_fixture_follow(&rig->replica, &rig->redis);
    name_addresses(rig);
}

void floor_rig_launch(struct floor_rig *rig)
{
    rig->is_serving = false;
    broker_fixture_launch(&rig->broker);
}

void floor_rig_kill(struct floor_rig *rig)
{
    broker_fixture_kill(&rig->broker);
    judge_now(rig, false);
}

bool floor_rig_has_died(struct floor_rig *rig)
{
    int status;

    if (waitpid(rig->broker.pid, &status, WNOHANG) == 0)
        return false;
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        printf("the broker ended by itself, and not at the crash point\n");
        floor_rig_show_log_end(rig);
        exit(1);
    }
    rig->broker.pid = 0;
    if (rig->broker.ready_fd >= 0)
        close(rig->broker.ready_fd);
    rig->broker.ready_fd = -1;
    judge_now(rig, false);
    return true;
}

bool floor_rig_serves(struct floor_rig *rig)
{
    return rig->is_serving;
}

bool floor_rig_all_told(struct floor_rig *rig)
{
    struct load_totals told;

    load_totals_read(rig->load, &told);
    return rig->is_serving && told.sessions == LOAD_REPS;
}

bool floor_rig_is_drained(struct floor_rig *rig)
{
    return load_is_drained(rig->load);
}

void floor_rig_remember(struct floor_rig *rig)
{
    load_totals_read(rig->load, &rig->before);
    load_want_open(rig->load, rig->before.open + rig->before.unanswered + MORE_OPEN);
}

bool floor_rig_publishers_are_told(struct floor_rig *rig)
{
    struct load_totals told;

    load_totals_read(rig->load, &told);
    return told.busy >= rig->before.busy + BUSY_MIN;
}

bool floor_rig_completions_pass(struct floor_rig *rig)
{
    struct load_totals told;

    load_totals_read(rig->load, &told);
    return rig->is_serving && told.completed >= rig->before.completed + DONE_MIN;
}

bool floor_rig_all_goes_on(struct floor_rig *rig)
{
    struct load_totals told;

    load_totals_read(rig->load, &told);
    return floor_rig_completions_pass(rig) && told.published >= rig->before.published + DONE_MIN && told.offers >= rig->before.offers + DONE_MIN;
}

static bool is_loaded(struct floor_rig *rig)
{
    struct load_totals told;

    load_totals_read(rig->load, &told);
    return told.open >= 150 && told.completed >= 20;
}

static void name_addresses(struct floor_rig *rig)
{
    snprintf(rig->redis_address, sizeof rig->redis_address, "unix:%s", rig->redis.socket);
    snprintf(rig->replica_address, sizeof rig->replica_address, "unix:%s", rig->replica.socket);
}

static void open_redis(struct floor_rig *rig)
{
    if (rig->has_replica) {
        redis_fixture_open_with_port(&rig->redis);
        redis_fixture_open_with_port(&rig->replica);
        redis_fixture_follow(&rig->replica, &rig->redis);
    } else {
        redis_fixture_open(&rig->redis, NULL);
    }
    name_addresses(rig);
}

static void write_secrets(const struct floor_rig *rig)
{
    FILE *file = fopen(rig->broker.secrets, "w");

    MUST_HOLD(file);
    for (unsigned i = 0; i < LOAD_REPS + LOAD_REPS_APART + LOAD_REPS_PAGES; i++)
        fprintf(file, "%s secret-of-%s\n", load_rep_name(i), load_rep_name(i));
    fprintf(file, "wild secret-of-wild\n");
    MUST_HOLD(fclose(file) == 0);
}

static void apply_rules(const struct floor_rig *rig)
{
    static const char *const skills[] = {"italian: 5, german: 5", "german: 5, english: 5", "italian: 5, english: 5"};
    char path[128], command[1024];

    snprintf(path, sizeof path, "%s/desk.yaml", rig->broker.directory);
    FILE *file = fopen(path, "w");
    MUST_HOLD(file);
    fprintf(file, "desk: main\nskills: {italian: I, german: G, english: E, apart: A, page: P, rare: R}\n"
                  "channels:\n"
                  "  web: {weight: 1, offer_timeout: %dms, wait_limit: 5d}\n"
                  "  phone: {weight: 2, priority: 50, offer_timeout: %dms, wait_limit: 5d, wrap_up: 0s, connect_timeout: 5m}\n"
                  "  email: {weight: 1, offer_timeout: %dms, wait_limit: 100ms}\n", JUDGE_OFFER_MS, JUDGE_OFFER_MS, JUDGE_OFFER_MS);
    fprintf(file, "reps:\n");
    for (unsigned i = 0; i < LOAD_REPS; i++)
        fprintf(file, "  %s: {label: R, capacity: %d, skills: {%s}, device: \"+3902555%05u\"}\n", load_rep_name(i), JUDGE_CAPACITY,
                skills[i % 3], i);
    for (unsigned i = LOAD_REPS; i < LOAD_REPS + LOAD_REPS_APART + LOAD_REPS_PAGES; i++)
        fprintf(file, "  %s: {label: R, capacity: %d, skills: {%s: 5}, device: \"+3902555%05u\"}\n", load_rep_name(i), JUDGE_CAPACITY,
                i < LOAD_REPS + LOAD_REPS_APART ? "apart" : "page", i);
    fprintf(file, "  wild: {label: R, capacity: %d, skills: {italian: 5, german: 5, english: 5}, device: \"+390255599999\"}\n", JUDGE_CAPACITY);
    fprintf(file, "rules:\n  - {name: office, when: {source: office}, require: {apart: 5}}\n  - {name: mail, when: {channel: email}, require: {rare: 1}}\n"
                  "  - {name: apart, when: {language: " LOAD_LANGUAGE_APART "}, require: {apart: 5}}\n"
                  "  - {name: page, when: {language: " LOAD_LANGUAGE_PAGES "}, require: {page: 5}}\n"
                  "  - {name: italian, when: {language: it}, require: {italian: 5}}\n"
                  "  - {name: german, when: {language: de}, require: {german: 5}}\n"
                  "  - {name: english, when: {language: en}, require: {english: 5}}\n"
                  "dispositions: {won: {label: W, class: won}, lost: {label: L, class: lost}, later: {label: A, class: later}}\n"
                  "timeouts: {grace: 1h, park_limit: 5d, work_limit: 5d, retry_same_rep: 100ms}\n"
                  "offers_max: 32\nmisses_to_away: 0\nwhen_rep_gone: keep\n");
    MUST_HOLD(fclose(file) == 0);
    snprintf(command, sizeof command, "'" LEADWIRE_BIN_DIR "/leadwire' apply --run-dir %s %s >%s/apply.log 2>&1 || { cat %s/apply.log; exit 1; }",
             rig->broker.run_dir, path, rig->broker.directory, rig->broker.directory);
    if (system(command) != 0) {
        printf("the floor's rules are refused\n");
        exit(1);
    }
}

static void judge_now(struct floor_rig *rig, bool is_last)
{
    if (journal_reader_open(&rig->reader, rig->redis_address, NULL, NULL, "main") != LW_OK
        || redis_desk_read(&rig->desk, &rig->reader) != LW_OK) {
        printf("Redis cannot be read: %s\n", rig->reader.error);
        exit(1);
    }
    journal_reader_close(&rig->reader);
    judge_read_redis(rig->judge, &rig->desk, is_last);
    keep_if_wrong(rig);
}

/* LEADWIRE_KEEP=DIR: the first violation ends the test, and DIR gets the clients' log, the broker's, and all that Redis was told. */
static void keep_if_wrong(const struct floor_rig *rig)
{
    struct judge_totals judged;
    char command[512];

    judge_totals_read(rig->judge, &judged);
    if (judged.violations == 0 || !getenv("LEADWIRE_KEEP"))
        return;
    snprintf(command, sizeof command, "cp -r %s %s %s/appendonlydir \"$LEADWIRE_KEEP\"", rig->log_path, rig->broker.log, rig->redis.directory);
    if (system(command) != 0)
        printf("LEADWIRE_KEEP: nothing could be kept\n");
    exit(1);
}

void floor_rig_show_log_end(const struct floor_rig *rig)
{
    char command[256];

    snprintf(command, sizeof command, "tail -n 30 %s", rig->broker.log);
    fflush(stdout);
    if (system(command) != 0)
        printf("(the broker's log could not be shown)\n");
}
