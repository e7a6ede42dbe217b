/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-broker: options, run directory, signals; then one claim on the desk after the other, usually one.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker.h"
#include "broker_service.h"
#include "broker_watch.h"
#include "file_limit.h"
#include "lw_log.h"
#include "supervisor.h"
#include "wall_clock.h"

static int serve(struct broker_options *options);
static int serve_once(struct broker_options *options, struct run_dir *run_dir, struct broker_watch *watch, int signal_fd);
static void turn(struct broker *broker, struct broker_watch *watch, struct broker_service *service);
static int check(const struct broker_options *options);
static void handle_signals(struct broker *broker, const struct broker_service *service);
static int catch_signals(void);

int main(int argc, char **argv)
{
    struct broker_options options;

    lw_log_open("leadwire-broker");
    broker_options_read(&options, argc, argv);
    switch (options.action) {
    case BROKER_HELP: fputs(broker_usage, stdout); return 0;
    case BROKER_VERSION: puts("leadwire-broker " LEADWIRE_VERSION); return 0;
    case BROKER_CHECK: return check(&options);
    case BROKER_SERVE: return serve(&options);
    case BROKER_MISUSED: break;
    }
    fprintf(stderr, "leadwire-broker: %s\nleadwire-broker --help lists the options.\n", options.why);
    return BROKER_EXIT_MISUSED;
}

static int serve(struct broker_options *options)
{
    char why[RUN_DIR_WHY_MAX];
    static struct broker_watch watch;
    struct run_dir run_dir;
    int exit_code = BROKER_EXIT_FAILED;

    umask(077);
    broker_options_fit_descriptors(options, file_limit_raise());   /* there may be 20,000 reps */
    int signal_fd = catch_signals();
    if (signal_fd < 0 || run_dir_open(&run_dir, options->run_dir, why) != LW_OK) {
        log_error("%s", signal_fd < 0 ? strerror(errno) : why);
        return BROKER_EXIT_FAILED;
    }
    if (broker_watch_open(&watch, options->health, why) != LW_OK)
        log_error("%s", why);
    else
        do
            exit_code = serve_once(options, &run_dir, &watch, signal_fd);
        while (exit_code == BROKER_EXIT_FENCED && options->is_standby);
    broker_watch_close(&watch);
    run_dir_close(&run_dir);
    return exit_code;
}

static int serve_once(struct broker_options *options, struct run_dir *run_dir, struct broker_watch *watch, int signal_fd)
{
    char why[NET_WHY_MAX];
    static struct broker broker;
    struct broker_service service;

    if (broker_open(&broker, options, run_dir, signal_fd, why) != LW_OK) {
        log_error("%s", why);
        return BROKER_EXIT_FAILED;
    }
    broker_watch_attach(watch, &broker);
    broker_service_init(&service);
    while (broker.phase != BROKER_OVER) {
        broker_wait(&broker);
        turn(&broker, watch, &service);
    }
    broker_close(&broker);
    return broker.exit_code;
}

static void turn(struct broker *broker, struct broker_watch *watch, struct broker_service *service)
{
    uint64_t began_us = wall_clock_monotonic_us(), cpu_us = wall_clock_thread_cpu_us();
    bool is_serving = broker->phase == BROKER_SERVING;   /* the turn that ends loading makes nobody wait who is there */

    broker_watch_begin(watch);
    handle_signals(broker, service);
    broker_turn(broker);
    broker->wake_by_ms = UINT64_MAX;
    broker_watch_end(watch, broker);
    broker_service_turn(service, broker);
    if (is_serving) {
        uint64_t now_us = wall_clock_monotonic_us();
        turn_times_add(&broker->turns, now_us, now_us - began_us, wall_clock_thread_cpu_us() - cpu_us);
    }
}

/* Whether it could serve, without touching the store or the run directory. */
static int check(const struct broker_options *options)
{
    struct net_callbacks nothing = {0};
    struct net *net = NULL;
    char why[NET_WHY_MAX];

    if (run_dir_check(options->run_dir, why) != LW_OK || net_open(&options->net, &nothing, NULL, &net, why) != LW_OK) {
        fprintf(stderr, "leadwire-broker: %s\n", why);
        return BROKER_EXIT_FAILED;
    }
    net_close(&net);
    puts("fine");
    return 0;
}

/* ---- signals: a byte in a pipe, read between turns ---- */

static int signal_pipe[2] = {-1, -1};

static void on_signal(int number)
{
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t written = write(signal_pipe[1], &byte, 1);   /* full: more than enough signals wait already */

    (void)written;
    errno = saved;
}

static int catch_signals(void)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    if (pipe(signal_pipe) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaction(numbers[i], &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    return signal_pipe[0];
}

/* To be ready again after a reload is told only by who was ready before. */
static void handle_signals(struct broker *broker, const struct broker_service *service)
{
    unsigned char number;

    while (read(broker->signal_fd, &number, 1) == 1) {
        if (number == SIGHUP) {
            bool tells = service->is_ready && !service->is_stopping;
            if (tells)
                supervisor_reloading();
            broker_reload(broker);
            if (tells)
                (void)supervisor_ready();
        } else if (number == SIGUSR1) {
            lw_log_show_more();
        } else if (number == SIGUSR2) {
            lw_log_show_less();
        } else {
            broker_stop(broker);
        }
    }
}
