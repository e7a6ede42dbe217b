/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "file_limit.h"
#include "gateway_metrics.h"
#include "lw_log.h"
#include "port_file.h"
#include "routes.h"
#include "user_access.h"
#include "wall_clock.h"

enum { HOUSEKEEPING_EVERY_MS = 250, STOP_WITHIN_MS = 2000 };

static bool read_rules(const struct gateway_arguments *arguments, struct gateway_config **config, struct users **users);
static int run(struct gateway *gateway);
static bool open_all(struct gateway *gateway);
static void close_all(struct gateway *gateway);
static void on_call(void *context, struct http_call *call);
static void on_stop(void *context);
static void on_reload(void *context);
static void on_config(void *context, const Leadwire__V1__DeskConfig *config);
static void on_housekeeping(evutil_socket_t fd, short what, void *context);
static void on_verdict(void *context, uint64_t check, bool good);
static void on_passwords_died(void *context);

int gateway_main(const struct gateway_arguments *arguments)
{
    struct gateway gateway = {.arguments = arguments};
    int exit_code = GATEWAY_EXIT_OK;
    if (!read_rules(arguments, &gateway.config, &gateway.users_file))
        return GATEWAY_EXIT_CONFIG;
    if (arguments->check_only)
        printf("%s: configuration is good, %u users\n", arguments->config_path, users_count(gateway.users_file));
    else
        exit_code = run(&gateway);
    gateway_config_free(&gateway.config);
    users_close(&gateway.users_file);
    users_close(&gateway.users);
    user_rules_fini(&gateway.user_rules);
    page_rules_fini(&gateway.page_rules);
    return exit_code;
}

/* Both or, after it was said what is wrong, neither. */
static bool read_rules(const struct gateway_arguments *arguments, struct gateway_config **config, struct users **users)
{
    char why[USERS_WHY_MAX];
    *config = gateway_config_read(arguments->config_path, &arguments->overrides);
    if (*config && users_open((*config)->users_path, users, why) == LW_OK)
        return true;
    if (*config)
        fprintf(stderr, "%s: %s\n", (*config)->users_path, why);
    gateway_config_free(config);
    return false;
}

static int run(struct gateway *gateway)
{
    bool opened = open_all(gateway);
    if (opened) {
        log_info("listening on port %u, desk %s", http_door_port(gateway->door), gateway->config->desk);
        printf("leadwire-gateway listening on port %u\n", http_door_port(gateway->door));
        fflush(stdout);
        event_base_dispatch(gateway->base);
        log_info("stopped");
    }
    close_all(gateway);
    return opened && !gateway->failed ? GATEWAY_EXIT_OK : GATEWAY_EXIT_FAILED;
}

static bool failed(const char *what, lw_status status)
{
    if (status != LW_OK)
        log_error("%s: %s%s%s", what, lw_status_text(status), status == LW_IO ? ": " : "", status == LW_IO ? strerror(errno) : "");
    return status != LW_OK;
}

static bool open_sign_in(struct gateway *gateway)
{
    const struct gateway_config *config = gateway->config;
    char why[SESSION_FILE_WHY_MAX];
    if (failed("sessions", browser_sessions_init(&gateway->sessions, config->sessions_max, config->idle_ms, config->absolute_ms)))
        return false;
    gateway->sessions.read_only_ms = config->read_only_ms;
    if (config->sessions_path && browser_sessions_keep(&gateway->sessions, config->sessions_path, wall_clock_monotonic_ms(), why) != LW_OK) {
        log_error("sessions.file: %s", why);
        return false;
    }
    gateway->sign_in = (struct sign_in){.sessions = &gateway->sessions, .users = &gateway->users, .file = &gateway->users_file,
                                       .rules = &gateway->user_rules, .passwords = gateway->passwords};
    const struct password_process_events events = {.verdict = on_verdict, .died = on_passwords_died, .context = gateway};
    return !failed("sign-in", sign_in_open(&gateway->sign_in)) && !failed("tokens", api_tokens_open(&gateway->tokens, config->tokens_path)) &&
           !failed("away", away_offers_open(&gateway->away, &gateway->desks)) &&
           !failed("password process", password_process_attach(gateway->passwords, gateway->base, &events));
}

static bool open_door(struct gateway *gateway)
{
    const struct http_config *http = &gateway->config->http;
    const struct http_door_options door = {
        .listen = http->listen,
        .body_size_max = http->body_size_max,
        .connections_max = http->connections_max,
        .request_within_ms = http->request_within_ms,
        .handler = on_call,
        .context = gateway,
    };
    file_limit_raise();
    return !failed(http->listen, http_door_open(gateway->base, &door, &gateway->door));
}

static bool open_ops(struct gateway *gateway)
{
    const struct gateway_config *config = gateway->config;
    const struct ops_feed_options options = {.base = gateway->base, .control = config->ops_control, .events = config->ops_events,
                                             .desk = config->desk, .key_file = config->ops_key_path,
                                             .workers = config->workers, .worker_count = config->worker_count};
    gateway->ops_pages.feed = &gateway->ops;
    if (!config->ops_control)
        return true;
    if (failed("ops", ops_feed_open(&gateway->ops, &options)) || failed("ops.versions", ops_rules_open(&gateway->ops_rules, &gateway->ops, config->ops_versions)))
        return false;
    gateway->ops.config_came = on_config;
    gateway->ops.config_context = gateway;
    return true;
}

/* Without `ops` a rep's own session tells the rules, as far as they are for reps. */
static void on_choices(void *context, const struct lw_choices *choices)
{
    struct gateway *gateway = context;
    if (page_rules_take(&gateway->page_rules, choices))
        rep_desks_renew(&gateway->desks);
}

static bool open_all(struct gateway *gateway)
{
    if (failed("password process", password_process_start(&gateway->passwords)))   /* first: it must have no socket of ours */
        return false;
    gateway->base = event_base_new();
    if (!gateway->base)
        return false;
    gateway->signals = (struct loop_signals){.stop = on_stop, .reload = on_reload, .context = gateway};
    gateway->desks = (struct rep_desks){.base = gateway->base, .config = &gateway->config, .page_rules = &gateway->page_rules,
                                         .chooses = gateway->config->ops_control ? NULL : on_choices, .chooses_context = gateway};
    if (failed("users", user_rules_join(&gateway->user_rules, gateway->users_file, &gateway->users)))
        return false;
    if (failed("signals", loop_signals_open(&gateway->signals, gateway->base)) || !open_sign_in(gateway) || !open_ops(gateway) || !open_door(gateway))
        return false;
    const struct timeval every = {.tv_usec = HOUSEKEEPING_EVERY_MS * 1000};
    gateway->housekeeping = event_new(gateway->base, -1, EV_PERSIST, on_housekeeping, gateway);
    if (!gateway->housekeeping || event_add(gateway->housekeeping, &every) != 0)
        return false;
    if (health_loop_open(&gateway->health, gateway->base, gateway->arguments->health, gateway_metrics_write, gateway) != LW_OK)
        return false;
    const char *port_file = gateway->arguments->port_file;
    return !port_file || !failed(port_file, port_file_write(port_file, http_door_port(gateway->door)));
}

static void close_all(struct gateway *gateway)
{
    health_loop_close(&gateway->health);
    password_process_stop(&gateway->passwords);   /* first: no verdict may come for a call that the door has ended */
    if (gateway->base)
        rep_desks_close(&gateway->desks);
    ops_pages_close(&gateway->ops_pages);
    ops_feed_close(&gateway->ops);
    ops_rules_close(&gateway->ops_rules);
    http_door_close(&gateway->door);
    sign_in_close(&gateway->sign_in);
    api_tokens_close(&gateway->tokens);
    away_offers_close(&gateway->away);
    browser_sessions_fini(&gateway->sessions, wall_clock_monotonic_ms());
    loop_signals_close(&gateway->signals);
    if (gateway->housekeeping)
        event_free(gateway->housekeeping);
    if (gateway->base)
        event_base_free(gateway->base);
}

/* Until then a user who is in them alone is not known. */
static bool awaits_rules(const struct gateway *gateway)
{
    return gateway->config->ops_control && !gateway->user_rules.known;
}

static void on_call(void *context, struct http_call *call)
{
    struct gateway *gateway = context;
    struct request request;
    const struct guard guard = {.sessions = &gateway->sessions, .users = gateway->users, .proxies = &gateway->config->http.proxies,
                                .awaits_rules = awaits_rules(gateway),
                                .now_ms = wall_clock_monotonic_ms()};
    request_read(&guard, call, &request);
    routes_handle(gateway, &guard, &request);
}

static void on_stop(void *context)
{
    struct gateway *gateway = context;
    if (gateway->stop_at_ms != 0)
        return;
    log_info("stopping");
    gateway->stop_at_ms = wall_clock_monotonic_ms() + STOP_WITHIN_MS;
    http_door_drain(gateway->door);
    rep_desks_close(&gateway->desks);
    ops_pages_close(&gateway->ops_pages);
}

/* Who is in no list any more must not stay: without the memory for the new one we end, to be started again. */
static void put_users_in_force(struct gateway *gateway)
{
    struct users *users = NULL;
    if (failed("users", user_rules_join(&gateway->user_rules, gateway->users_file, &users))) {
        gateway->failed = true;
        on_stop(gateway);
        return;
    }
    users_close(&gateway->users);
    gateway->users = users;
}

static void on_config(void *context, const Leadwire__V1__DeskConfig *config)
{
    struct gateway *gateway = context;
    if (failed("users of the rules", user_rules_read(&gateway->user_rules, config))) {
        gateway->failed = true;
        on_stop(gateway);
        return;
    }
    if (page_rules_read(&gateway->page_rules, config))
        rep_desks_renew(&gateway->desks);
    put_users_in_force(gateway);
    log_info("users of the rules read, %u users", users_count(gateway->users));
}

/* Sockets and sizes stay what they were at the start. */
static void on_reload(void *context)
{
    struct gateway *gateway = context;
    struct gateway_config *config = NULL;
    struct users *users = NULL;
    if (!read_rules(gateway->arguments, &config, &users)) {
        log_error("configuration not read again: it is wrong, and nothing was changed");
        return;
    }
    gateway_config_free(&gateway->config);
    gateway->config = config;
    users_close(&gateway->users_file);
    gateway->users_file = users;
    put_users_in_force(gateway);
    api_tokens_look(&gateway->tokens, config->tokens_path);
    gateway->sessions.idle_ms = config->idle_ms;
    gateway->sessions.absolute_ms = config->absolute_ms;
    gateway->sessions.read_only_ms = config->read_only_ms;
    log_info("configuration read again, %u users", users_count(gateway->users));
}

/* A page that is open is use. Who lost their user, or works as another rep now, loses the desk. */
static bool may_stay(void *context, uint64_t session_id, const char *rep, bool has_page)
{
    struct gateway *gateway = context;
    uint64_t now_ms = wall_clock_monotonic_ms();
    struct browser_session *session = browser_sessions_get(&gateway->sessions, session_id, now_ms);
    const struct user *user = session ? browser_sessions_user(&gateway->sessions, session, gateway->users, now_ms) : NULL;
    if (!user || strcmp(user->rep, rep) != 0 || !user_may(user->role, WIRE_SET_REP_STATE))
        return false;
    if (has_page)
        session->used_ms = now_ms;
    return true;
}

/* The same for a page that watches the desk: it goes on with what its user may see now. */
static bool may_watch(void *context, uint64_t session_id, struct ops_scope *out)
{
    struct gateway *gateway = context;
    uint64_t now_ms = wall_clock_monotonic_ms();
    struct browser_session *session = browser_sessions_get(&gateway->sessions, session_id, now_ms);
    const struct user *user = session ? browser_sessions_user(&gateway->sessions, session, gateway->users, now_ms) : api_tokens_user(&gateway->tokens, session_id);
    if (!user || !user_may(user->role, WIRE_EVENT))
        return false;
    if (session)
        session->used_ms = now_ms;
    *out = ops_scope_of(&gateway->ops.board, user);
    return true;
}

static void on_housekeeping(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct gateway *gateway = context;
    uint64_t now_ms = wall_clock_monotonic_ms();
    browser_sessions_tick(&gateway->sessions, now_ms);
    if (gateway->stop_at_ms == 0) {
        api_tokens_look(&gateway->tokens, gateway->config->tokens_path);
        rep_desks_tick(&gateway->desks, now_ms, may_stay, gateway);
        ops_pages_tick(&gateway->ops_pages, now_ms, may_watch, gateway);
    } else if (http_door_in_flight(gateway->door) == 0 || now_ms >= gateway->stop_at_ms) {
        event_base_loopbreak(gateway->base);
    }
}

static void on_verdict(void *context, uint64_t check, bool good)
{
    struct gateway *gateway = context;
    sign_in_verdict(&gateway->sign_in, check, good, wall_clock_monotonic_ms());
}

static void on_passwords_died(void *context)
{
    struct gateway *gateway = context;
    if (gateway->stop_at_ms == 0)
        log_error("the process that checks passwords has died: ending, to be started again");
    gateway->failed = gateway->stop_at_ms == 0;
    on_stop(gateway);
}
