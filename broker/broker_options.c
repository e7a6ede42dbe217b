/* SPDX-License-Identifier: Apache-2.0 */
#include "broker_options.h"

#include <getopt.h>
#include <leadwire/lead.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory_use.h"
#include "sessions.h"

const char broker_usage[] =
    "leadwire-broker --desk NAME --run-dir DIR (--redis unix:PATH | --redis HOST:PORT | --ephemeral) [option...]\n"
    "Routes the leads of one desk to its reps.\n"
    "\n"
    "  --desk NAME                the desk to serve\n"
    "  --run-dir DIR              where the endpoints are: ipc://DIR/{publish,reps,events,control}; made with rights 0700\n"
    "  --redis unix:PATH          the Redis that keeps the journal, by its unix socket\n"
    "  --redis HOST:PORT          or by TCP. May be given up to 4 times, for a master and its replicas: the master is used\n"
    "  --redis-user NAME          and its user\n"
    "  --redis-password-file FILE and its password; or the file that LEADWIRE_REDIS_PASSWORD_FILE names\n"
    "  --ephemeral                no Redis: all is lost when the broker ends. For trying things out\n"
    "  --durability LEVEL         memory, everysec, always (default), replicated: what an acknowledged lead survives\n"
    "  --replicas N               replicated: how many replicas must have it (default 1)\n"
    "  --rep-secrets FILE         a line \"name secret\" for each rep, readable by its owner only; read again on SIGHUP\n"
    "  --listen-publish ADDRESS   also tcp://127.0.0.1:PORT (0: any free port); may be repeated. So too\n"
    "  --listen-reps ADDRESS, --listen-events ADDRESS\n"
    "  --keys DIR                 encrypt every TCP address, which may then be any, for the keys that leadwire keys made there\n"
    "  --listen-control ADDRESS   also tcp://HOST:PORT, with --keys only\n"
    "  --name NAME                this broker's name among those that may serve the desk (default: host and run directory)\n"
    "  --health ADDRESS           serve /livez, /readyz and /metrics on 127.0.0.1:PORT or unix:PATH (for whoever watches)\n"
    "  --standby                  wait and serve again after another broker has taken over, instead of ending\n"
    "  --lease MS                 how long the claim outlives a silent broker (default 10000)\n"
    "  --away-after MS            an unanswered append this old means that Redis is away (default 2000)\n"
    "  --checkpoint-bytes N, --checkpoint-ms MS   how much journal, or time, makes a checkpoint due\n"
    "  --leads-max N, --seen-max N                bounds on open leads and remembered idempotency ids\n"
    "  --seen-min-ms MS           no id younger than this is forgotten for want of room: publishers are told busy (default 5000)\n"
    "  --payload-max MIB          bound on what open leads were published with (default 1024)\n"
    "  --memory-max MIB           no new lead is taken above this (default: 4/5 of the control group's, else half of the machine's)\n"
    "  --connections-max N        connections of all endpoints together (default 24000, or what the limit on open files leaves)\n"
    "  --connections-per-key N    connections that one key may have at a time (default: twice the sessions)\n"
    "  --sessions-per-key N       sessions that one key may have at a time (default 64)\n"
    "  --publishers-max N, --reps-max N, --tools-max N   sessions of each at a time (default and most: 1000, 20000, 100)\n"
    "  --ready-fd N               write \"serving\" to this descriptor once serving\n"
    "  --check                    say whether all this could work, and end\n"
    "  --help, --version\n"
    "\n"
    "Exit: 0 stopped as asked, 1 failed, 2 misused, 3 another broker serves the desk now, or one was imported in its place.\n";

enum option_id {
    OPTION_DESK = 1, OPTION_RUN_DIR, OPTION_REDIS, OPTION_REDIS_USER, OPTION_REDIS_PASSWORD_FILE, OPTION_EPHEMERAL, OPTION_DURABILITY,
    OPTION_REPLICAS, OPTION_REP_SECRETS, OPTION_LISTEN_PUBLISH, OPTION_LISTEN_REPS, OPTION_LISTEN_EVENTS, OPTION_LISTEN_CONTROL,
    OPTION_KEYS, OPTION_NAME, OPTION_HEALTH, OPTION_STANDBY, OPTION_LEASE,
    OPTION_AWAY_AFTER, OPTION_CHECKPOINT_BYTES, OPTION_CHECKPOINT_MS, OPTION_LEADS_MAX, OPTION_SEEN_MAX, OPTION_SEEN_MIN_MS, OPTION_PAYLOAD_MAX, OPTION_MEMORY_MAX,
    OPTION_CONNECTIONS_MAX, OPTION_CONNECTIONS_PER_KEY, OPTION_SESSIONS_PER_KEY, OPTION_PUBLISHERS_MAX, OPTION_REPS_MAX, OPTION_TOOLS_MAX,
    OPTION_READY_FD, OPTION_CHECK,
    OPTION_HELP, OPTION_VERSION,
};

static const struct option table[] = {
    {"desk", required_argument, NULL, OPTION_DESK},
    {"run-dir", required_argument, NULL, OPTION_RUN_DIR},
    {"redis", required_argument, NULL, OPTION_REDIS},
    {"redis-user", required_argument, NULL, OPTION_REDIS_USER},
    {"redis-password-file", required_argument, NULL, OPTION_REDIS_PASSWORD_FILE},
    {"ephemeral", no_argument, NULL, OPTION_EPHEMERAL},
    {"durability", required_argument, NULL, OPTION_DURABILITY},
    {"replicas", required_argument, NULL, OPTION_REPLICAS},
    {"rep-secrets", required_argument, NULL, OPTION_REP_SECRETS},
    {"listen-publish", required_argument, NULL, OPTION_LISTEN_PUBLISH},
    {"listen-reps", required_argument, NULL, OPTION_LISTEN_REPS},
    {"listen-events", required_argument, NULL, OPTION_LISTEN_EVENTS},
    {"listen-control", required_argument, NULL, OPTION_LISTEN_CONTROL},
    {"keys", required_argument, NULL, OPTION_KEYS},
    {"name", required_argument, NULL, OPTION_NAME},
    {"health", required_argument, NULL, OPTION_HEALTH},
    {"standby", no_argument, NULL, OPTION_STANDBY},
    {"lease", required_argument, NULL, OPTION_LEASE},
    {"away-after", required_argument, NULL, OPTION_AWAY_AFTER},
    {"checkpoint-bytes", required_argument, NULL, OPTION_CHECKPOINT_BYTES},
    {"checkpoint-ms", required_argument, NULL, OPTION_CHECKPOINT_MS},
    {"leads-max", required_argument, NULL, OPTION_LEADS_MAX},
    {"seen-max", required_argument, NULL, OPTION_SEEN_MAX},
    {"seen-min-ms", required_argument, NULL, OPTION_SEEN_MIN_MS},
    {"payload-max", required_argument, NULL, OPTION_PAYLOAD_MAX},
    {"memory-max", required_argument, NULL, OPTION_MEMORY_MAX},
    {"connections-max", required_argument, NULL, OPTION_CONNECTIONS_MAX},
    {"connections-per-key", required_argument, NULL, OPTION_CONNECTIONS_PER_KEY},
    {"sessions-per-key", required_argument, NULL, OPTION_SESSIONS_PER_KEY},
    {"publishers-max", required_argument, NULL, OPTION_PUBLISHERS_MAX},
    {"reps-max", required_argument, NULL, OPTION_REPS_MAX},
    {"tools-max", required_argument, NULL, OPTION_TOOLS_MAX},
    {"ready-fd", required_argument, NULL, OPTION_READY_FD},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

enum { SEEN_MIN_MS = 5000, SEEN_MIN_MOST_MS = 7 * 24 * 3600 * 1000 };   /* more than twice what a client waits before it repeats; what the window is */
enum { CONNECTIONS = 24000, SESSIONS_PER_KEY = 64, SESSIONS_PER_KEY_HIGHEST = 20000, CONNECTIONS_PER_KEY_HIGHEST = 1000000 };
enum { DESCRIPTORS_KEPT = 128 };     /* for Redis, the sockets themselves, health checks, files */

static void set_defaults(struct broker_options *options);
static uint64_t default_memory_max(void);
static void read_option(struct broker_options *options, int id, const char *value);
static void read_redis(struct broker_options *options, const char *value);
static void read_number(struct broker_options *options, const char *value, const char *name, uint32_t min, uint32_t max, uint32_t *out);
static void read_mebibytes(struct broker_options *options, const char *value, const char *name, uint64_t *bytes);
static void add_address(struct broker_options *options, const char **list, const char *value);
static void check_whole(struct broker_options *options);
static bool is_name(const char *text);
static void misuse(struct broker_options *options, const char *format, ...) __attribute__((format(printf, 2, 3)));

void broker_options_read(struct broker_options *options, int argc, char **argv)
{
    int id;

    set_defaults(options);
    opterr = 0;
    optind = 1;
    while ((id = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (id == '?') {
            misuse(options, "%.100s is not an option, or lacks its value", argv[optind - 1]);
            return;
        }
        read_option(options, id, optarg);
    }
    if (optind < argc)
        misuse(options, "%.100s is not an option", argv[optind]);
    if (options->action == BROKER_SERVE || options->action == BROKER_CHECK)
        check_whole(options);
}

void broker_options_fit_descriptors(struct broker_options *options, uint64_t descriptors)
{
    uint64_t most = descriptors > 2 * DESCRIPTORS_KEPT ? descriptors - DESCRIPTORS_KEPT : descriptors / 2;

    if (descriptors > 0 && most < options->net.connections_max)
        options->net.connections_max = (uint32_t)most;
}

static void set_defaults(struct broker_options *options)
{
    *options = (struct broker_options){.action = BROKER_SERVE, .ready_fd = -1};
    options->store.durability = STORE_ALWAYS;
    options->store.redis_password_file = getenv("LEADWIRE_REDIS_PASSWORD_FILE");
    core_limits_default(&options->limits);
    options->limits.seen_min_ms = SEEN_MIN_MS;
    options->net.memory_max = default_memory_max();
    options->net.sessions_per_key_max = SESSIONS_PER_KEY;
    options->net.connections_max = CONNECTIONS;
}

/* Redis is on the same machine, most often, and has the desk a second time. */
static uint64_t default_memory_max(void)
{
    uint64_t machine = memory_use_machine(), group = memory_use_group_max();

    return group < machine ? group / 5 * 4 : machine / 2;
}

static void read_option(struct broker_options *options, int id, const char *value)
{
    struct store_options *store = &options->store;

    switch (id) {
    case OPTION_DESK: store->desk = options->net.desk = value; break;
    case OPTION_RUN_DIR: options->run_dir = options->net.run_dir = value; break;
    case OPTION_REDIS: read_redis(options, value); break;
    case OPTION_REDIS_USER: store->redis_user = value; break;
    case OPTION_REDIS_PASSWORD_FILE: store->redis_password_file = value; break;
    case OPTION_EPHEMERAL: options->is_ephemeral = true; break;
    case OPTION_DURABILITY:
        if (!store_durability_parse(value, &store->durability))
            misuse(options, "--durability is memory, everysec, always or replicated, not %.40s", value);
        break;
    case OPTION_REPLICAS: read_number(options, value, "--replicas", 1, STORE_REPLICAS_MAX, &store->replicas); break;
    case OPTION_REP_SECRETS: options->net.rep_secrets_file = value; break;
    case OPTION_LISTEN_PUBLISH: add_address(options, options->net.listen_publish, value); break;
    case OPTION_LISTEN_REPS: add_address(options, options->net.listen_reps, value); break;
    case OPTION_LISTEN_EVENTS: add_address(options, options->net.listen_events, value); break;
    case OPTION_LISTEN_CONTROL: add_address(options, options->net.listen_control, value); break;
    case OPTION_KEYS: options->net.keys_dir = value; break;
    case OPTION_HEALTH: options->health = value; break;
    case OPTION_NAME: snprintf(options->owner, sizeof options->owner, "%s", value); break;
    case OPTION_STANDBY: options->is_standby = true; break;
    case OPTION_LEASE: read_number(options, value, "--lease", 100, 3600000, &store->lease_ms); break;
    case OPTION_AWAY_AFTER: read_number(options, value, "--away-after", 50, 600000, &store->away_after_ms); break;
    case OPTION_CHECKPOINT_BYTES: read_number(options, value, "--checkpoint-bytes", 4096, UINT32_MAX, &store->checkpoint_bytes); break;
    case OPTION_CHECKPOINT_MS: read_number(options, value, "--checkpoint-ms", 10, UINT32_MAX, &store->checkpoint_ms); break;
    case OPTION_LEADS_MAX: read_number(options, value, "--leads-max", 1, 100000000, &options->limits.leads_max); break;
    case OPTION_SEEN_MAX: read_number(options, value, "--seen-max", 1, 100000000, &options->limits.seen_max); break;
    case OPTION_SEEN_MIN_MS: read_number(options, value, "--seen-min-ms", 0, SEEN_MIN_MOST_MS, &options->limits.seen_min_ms); break;
    case OPTION_PAYLOAD_MAX: read_mebibytes(options, value, "--payload-max", &options->limits.payload_bytes_max); break;
    case OPTION_MEMORY_MAX: read_mebibytes(options, value, "--memory-max", &options->net.memory_max); break;
    case OPTION_CONNECTIONS_MAX: read_number(options, value, "--connections-max", 16, 1000000, &options->net.connections_max); break;
    case OPTION_CONNECTIONS_PER_KEY:
        read_number(options, value, "--connections-per-key", 1, CONNECTIONS_PER_KEY_HIGHEST, &options->net.connections_per_key_max);
        break;
    case OPTION_SESSIONS_PER_KEY:
        read_number(options, value, "--sessions-per-key", 1, SESSIONS_PER_KEY_HIGHEST, &options->net.sessions_per_key_max);
        break;
    case OPTION_PUBLISHERS_MAX: read_number(options, value, "--publishers-max", 1, SESSIONS_PUBLISHERS_MAX, &options->net.publishers_max); break;
    case OPTION_REPS_MAX: read_number(options, value, "--reps-max", 1, SESSIONS_REPS_MAX, &options->net.reps_max); break;
    case OPTION_TOOLS_MAX: read_number(options, value, "--tools-max", 1, SESSIONS_CONTROLS_MAX, &options->net.tools_max); break;
    case OPTION_READY_FD: {
        uint32_t fd = 0;
        read_number(options, value, "--ready-fd", 0, 65535, &fd);
        options->ready_fd = (int)fd;
        break;
    }
    case OPTION_CHECK: options->action = options->action == BROKER_SERVE ? BROKER_CHECK : options->action; break;
    case OPTION_HELP: options->action = BROKER_HELP; break;
    case OPTION_VERSION: options->action = BROKER_VERSION; break;
    }
}

static void read_redis(struct broker_options *options, const char *value)
{
    const char *colon = strrchr(value, ':');
    uint32_t port = 0, at = options->store.redis_count;

    if (at == STORE_ADDRESSES_MAX) {
        misuse(options, "--redis may be given %d times at most", STORE_ADDRESSES_MAX);
        return;
    }
    struct store_address *address = &options->store.redis[at];
    char *host = options->redis_hosts[at];
    if (strncmp(value, "unix:", 5) == 0 && value[5]) {
        address->socket = value + 5;
    } else if (!colon || colon == value || (size_t)(colon - value) >= sizeof options->redis_hosts[0]) {
        misuse(options, "--redis is unix:PATH or HOST:PORT, not %.100s", value);
        return;
    } else {
        snprintf(host, sizeof options->redis_hosts[0], "%.*s", (int)(colon - value), value);
        read_number(options, colon + 1, "the port of --redis", 1, 65535, &port);
        address->host = host;
        address->port = (uint16_t)port;
    }
    options->store.redis_count++;
}

static void read_number(struct broker_options *options, const char *value, const char *name, uint32_t min, uint32_t max, uint32_t *out)
{
    char *end;
    unsigned long long number = strtoull(value, &end, 10);

    if (*value < '0' || *value > '9' || *end || number < min || number > max)
        misuse(options, "%s is a number from %u to %u, not %.40s", name, min, max, value);
    else
        *out = (uint32_t)number;
}

static void read_mebibytes(struct broker_options *options, const char *value, const char *name, uint64_t *bytes)
{
    uint32_t mib = (uint32_t)(*bytes >> 20);

    read_number(options, value, name, 1, 1 << 24, &mib);
    *bytes = (uint64_t)mib << 20;
}

static void add_address(struct broker_options *options, const char **list, const char *value)
{
    for (int i = 0; i < NET_LISTEN_MAX; i++) {
        if (!list[i]) {
            list[i] = value;
            return;
        }
    }
    misuse(options, "an endpoint listens on at most %d addresses", NET_LISTEN_MAX);
}

static void check_whole(struct broker_options *options)
{
    struct store_options *store = &options->store;
    bool has_redis = store->redis_count > 0;
    char host[128] = "localhost";

    if (!store->desk || !is_name(store->desk))
        misuse(options, "--desk NAME is missing, or is not of 1 to 64 letters, digits, '.', '_' and '-'");
    else if (!options->run_dir || !*options->run_dir)
        misuse(options, "--run-dir DIR is missing");
    else if (has_redis == options->is_ephemeral)
        misuse(options, "give either --redis or --ephemeral");
    else if (store->replicas > 0 && store->durability != STORE_REPLICATED)
        misuse(options, "--replicas goes with --durability replicated");
    if (options->is_ephemeral)
        store->durability = STORE_MEMORY;
    options->net.durability = store_durability_name(store->durability);
    if (options->net.connections_per_key_max == 0)       /* a session each, and a watch of events each */
        options->net.connections_per_key_max = 2 * options->net.sessions_per_key_max;

    gethostname(host, sizeof host - 1);
    if (!*options->owner)
        snprintf(options->owner, sizeof options->owner, "%s:%.180s", host, options->run_dir ? options->run_dir : "");
    snprintf(options->endpoint, sizeof options->endpoint, "ipc://%.256s", options->run_dir ? options->run_dir : "");
    store->owner = options->owner;
    store->endpoint = options->endpoint;
}

/* Desk names stand in Redis keys, topics and files. */
static bool is_name(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    return size >= 1 && size <= 64 && !text[size];
}

/* The first thing that is wrong is told. */
static void misuse(struct broker_options *options, const char *format, ...)
{
    va_list args;

    if (options->action == BROKER_MISUSED)
        return;
    options->action = BROKER_MISUSED;
    va_start(args, format);
    vsnprintf(options->why, sizeof options->why, format, args);
    va_end(args);
}
