/* SPDX-License-Identifier: Apache-2.0 */
#include "chaos_clients.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seeded.h"
#include "wall_clock.h"

enum {
    REPS_EACH = LOAD_REPS_APART / 2, PUBLISHES_PER_S = 12, DONE_MIN = 3, TURN_MS = 20,
    QUIET_MS = JUDGE_OFFER_MS + 1000,       /* no lead that waits is offered to nobody for so long */
    ARGUMENTS = 5,                          /* program, word, which, run directory, log */
};

static const char publisher_name[] = "publisher-apart";
static volatile sig_atomic_t is_asked_to_end;

static bool is_reps(unsigned which) { return which != CHAOS_PUBLISHER; }
static unsigned first_rep_of(unsigned which) { return LOAD_REPS + which * REPS_EACH; }

/* ---- the process apart ---- */

static void end_soon(int number)
{
    (void)number;
    is_asked_to_end = 1;
}

static bool has_ended(const struct load *load, unsigned which, uint64_t *quiet_since_ms)
{
    struct load_totals told;
    uint64_t now_ms = wall_clock_monotonic_ms();

    load_totals_read(load, &told);
    if (!is_reps(which))
        return told.unanswered == 0;
    if (told.items > 0 || told.sessions < REPS_EACH)
        *quiet_since_ms = now_ms;
    return now_ms - *quiet_since_ms > QUIET_MS;
}

int chaos_client_main(int argc, char **argv)
{
    unsigned which = argc == ARGUMENTS ? (unsigned)strtoul(argv[2], NULL, 10) : CHAOS_CLIENTS;
    uint64_t quiet_since_ms = 0;
    struct load *load;

    if (which >= CHAOS_CLIENTS)
        return 2;
    MUST_HOLD(sigaction(SIGTERM, &(struct sigaction){.sa_handler = end_soon}, NULL) == 0);
    load_open(&(struct load_options){.run_dir = argv[3], .log_path = argv[4], .seed = (uint64_t)getpid(), .open_target = UINT32_MAX,
                                     .leads_per_s = PUBLISHES_PER_S, .is_apart = true, .first_rep = first_rep_of(which),
                                     .rep_count = is_reps(which) ? REPS_EACH : 0, .publisher = is_reps(which) ? NULL : publisher_name}, &load);
    while (!is_asked_to_end || !has_ended(load, which, &quiet_since_ms)) {
        if (is_asked_to_end && quiet_since_ms == 0) {
            load_drain(load);
            quiet_since_ms = wall_clock_monotonic_ms();
        }
        load_turn(load, TURN_MS, -1);
    }
    load_close(&load);
    return 0;
}

/* ---- the floor's side ---- */

void chaos_client_start(struct chaos_clients *clients, enum chaos_client which)
{
    char number[16];
    pid_t floor = getpid();

    snprintf(number, sizeof number, "%u", (unsigned)which);
    for (unsigned i = 0; i < REPS_EACH && is_reps(which); i++) {
        struct client_line line = {.word = CLIENT_APART};
        snprintf(line.who, sizeof line.who, "%s", load_rep_name(first_rep_of(which) + i));
        client_log_put(load_log(clients->rig->load), &line);
    }
    pid_t pid = fork();
    MUST_HOLD(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == floor)
            execl("/proc/self/exe", "chaos-client", CHAOS_CLIENT_WORD, number, clients->rig->broker.run_dir, clients->rig->log_path, (char *)NULL);
        _exit(127);
    }
    clients->pids[which] = pid;
}

void chaos_clients_open(struct chaos_clients *clients, struct floor_rig *rig)
{
    *clients = (struct chaos_clients){.rig = rig, .log = fopen(rig->log_path, "re")};
    MUST_HOLD(clients->log);
    for (unsigned i = 0; i < CHAOS_CLIENTS; i++)
        chaos_client_start(clients, (enum chaos_client)i);
}

void chaos_clients_close(struct chaos_clients *clients)
{
    for (unsigned i = 0; i < CHAOS_CLIENTS; i++)
        if (clients->pids[i] != 0)
            chaos_client_kill(clients, (enum chaos_client)i);
    fclose(clients->log);
}

pid_t chaos_client_pid(const struct chaos_clients *clients, enum chaos_client which)
{
    return clients->pids[which];
}

/* Its reps are gone without a word. */
void chaos_client_kill(struct chaos_clients *clients, enum chaos_client which)
{
    kill(clients->pids[which], SIGKILL);
    waitpid(clients->pids[which], NULL, 0);
    clients->pids[which] = 0;
    for (unsigned i = 0; i < REPS_EACH && is_reps(which); i++) {
        struct client_line line = {.word = CLIENT_CLOSED, .text = "drop"};
        snprintf(line.who, sizeof line.who, "%s", load_rep_name(first_rep_of(which) + i));
        client_log_put(load_log(clients->rig->load), &line);
    }
}

static void read_log(struct chaos_clients *clients)
{
    struct client_line line;

    while (client_log_next(clients->log, &line)) {
        if (line.word == CLIENT_PUBLISHED && line.outcome != LW_OUTCOME_BUSY && strncmp(line.text, publisher_name, sizeof publisher_name - 1) == 0)
            clients->done[CHAOS_PUBLISHER]++;
        for (unsigned rep = 0; rep < LOAD_REPS_APART && line.word == CLIENT_COMPLETED; rep++)
            if (strcmp(line.who, load_rep_name(LOAD_REPS + rep)) == 0)
                clients->done[rep / REPS_EACH]++;
    }
}

void chaos_clients_remember(struct chaos_clients *clients)
{
    read_log(clients);
    memcpy(clients->before, clients->done, sizeof clients->before);
}

bool chaos_clients_go_on(struct chaos_clients *clients)
{
    bool all = true;

    read_log(clients);
    for (unsigned i = 0; i < CHAOS_CLIENTS; i++)
        all = all && clients->done[i] >= clients->before[i] + DONE_MIN;
    return all;
}

static bool has_gone(struct chaos_clients *clients, enum chaos_client which)
{
    int status;

    if (clients->pids[which] == 0)
        return true;
    kill(clients->pids[which], SIGTERM);
    if (waitpid(clients->pids[which], &status, WNOHANG) == 0)
        return false;
    clients->pids[which] = 0;
    if (status != 0) {
        printf("the process of clients %u ended with status %d\n", (unsigned)which, status);
        exit(1);
    }
    return true;
}

bool chaos_clients_have_ended(struct chaos_clients *clients)
{
    if (!has_gone(clients, CHAOS_PUBLISHER))
        return false;
    bool first = has_gone(clients, CHAOS_REPS_FIRST), second = has_gone(clients, CHAOS_REPS_SECOND);
    return first && second;
}
