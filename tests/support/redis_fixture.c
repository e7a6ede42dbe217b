/* SPDX-License-Identifier: Apache-2.0 */
#include "redis_fixture.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wall_clock.h"

enum { START_MS_MAX = 20000 };

static void open_directory(struct redis_fixture *redis);
static void find_port(char port[8]);
static void give_up(const char *what);
static const char *server_name(void);
static bool find_server(char *path, size_t capacity);
static void run_server(const struct redis_fixture *redis, const char *server);
static bool answers(struct redis_fixture *redis);
static redisContext *connect_to(const struct redis_fixture *redis);
static void run(const char *format, const char *directory);

void redis_fixture_open(struct redis_fixture *redis, const char *const *extra)
{
    redis_fixture_open_with_password(redis, extra, NULL);
}

void redis_fixture_open_with_password(struct redis_fixture *redis, const char *const *extra, const char *password)
{
    *redis = (struct redis_fixture){.password = password, .port = "0"};
    open_directory(redis);
    for (size_t i = 0; extra && extra[i] && i + 1 < REDIS_FIXTURE_ARGS_MAX; i++)
        redis->args[i] = extra[i];
    redis_fixture_start(redis);
}

void redis_fixture_open_with_port(struct redis_fixture *redis)
{
    static const char *const args[] = {"--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0", NULL};

    *redis = (struct redis_fixture){0};
    find_port(redis->port);
    open_directory(redis);
    memcpy(redis->args, args, sizeof args);
    redis_fixture_start(redis);
}

void redis_fixture_close(struct redis_fixture *redis)
{
    redis_fixture_kill(redis);
    run("for i in $(seq 200); do rm -rf %s 2>/dev/null && exit 0; done; exit 1", redis->directory);   /* a child that rewrites may end a moment later */
}

void redis_fixture_start(struct redis_fixture *redis)
{
    char server[512];
    uint64_t end_ms = wall_clock_monotonic_ms() + START_MS_MAX;

    if (!find_server(server, sizeof server))
        give_up("redis-server is gone");
    unlink(redis->socket);
    redis->pid = fork();
    if (redis->pid < 0)
        give_up("fork failed");
    if (redis->pid == 0)
        run_server(redis, server);
    setpgid(redis->pid, redis->pid);   /* here and there: whoever is first */
    while (!answers(redis)) {
        int status;
        if (waitpid(redis->pid, &status, WNOHANG) == redis->pid)
            give_up("redis-server ended at once: see the log in its directory");
        if (wall_clock_monotonic_ms() > end_ms)
            give_up("redis-server did not answer in time");
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

void redis_fixture_kill(struct redis_fixture *redis)
{
    if (redis->pid == 0)
        return;
    kill(-redis->pid, SIGKILL);   /* with a child that rewrites its file: it would hold the output of the test open */
    waitpid(redis->pid, NULL, 0);
    redis->pid = 0;
}

void redis_fixture_pause(struct redis_fixture *redis)
{
    kill(redis->pid, SIGSTOP);
}

void redis_fixture_go_on(struct redis_fixture *redis)
{
    kill(redis->pid, SIGCONT);
}

void redis_fixture_save_copy(struct redis_fixture *redis)
{
    run("rm -rf %1$s/copy && mkdir %1$s/copy && cp -a %1$s/appendonlydir %1$s/copy/", redis->directory);
}

void redis_fixture_restore_copy(struct redis_fixture *redis)
{
    run("rm -rf %1$s/appendonlydir && cp -a %1$s/copy/appendonlydir %1$s/", redis->directory);
}

bool redis_fixture_ask(struct redis_fixture *redis, char *answer, int answer_size, const char *format, ...)
{
    redisContext *context = connect_to(redis);
    va_list args;

    if (answer && answer_size > 0)
        answer[0] = '\0';
    if (!context)
        return false;
    va_start(args, format);
    redisReply *reply = redisvCommand(context, format, args);
    va_end(args);
    bool good = reply && reply->type != REDIS_REPLY_ERROR;
    if (reply && answer && reply->type == REDIS_REPLY_INTEGER)
        snprintf(answer, (size_t)answer_size, "%lld", reply->integer);
    else if (reply && answer && reply->str)
        snprintf(answer, (size_t)answer_size, "%s", reply->str);
    if (reply)
        freeReplyObject(reply);
    redisFree(context);
    return good;
}

void redis_fixture_follow(struct redis_fixture *redis, const struct redis_fixture *master)
{
    if (!redis_fixture_ask(redis, NULL, 0, "REPLICAOF 127.0.0.1 %s", master->port))
        give_up("REPLICAOF is refused");
}

static void open_directory(struct redis_fixture *redis)
{
    char server[512];

    if (!find_server(server, sizeof server)) {
        printf("SKIP: no %s: name a server in LEADWIRE_REDIS_SERVER or put it on PATH\n", server_name());
        exit(77);
    }
    snprintf(redis->directory, sizeof redis->directory, "/tmp/lw-redis-XXXXXX");
    if (!mkdtemp(redis->directory))
        give_up("no temporary directory could be made");
    snprintf(redis->socket, sizeof redis->socket, "%s/redis.sock", redis->directory);
}

/* Redis cannot choose one itself. Free now; nobody else asks for it by its number. */
static void find_port(char port[8])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        give_up("no port is free");
    close(fd);
    snprintf(port, 8, "%u", ntohs(address.sin_port));
}

static void give_up(const char *what)
{
    fprintf(stderr, "redis_fixture: %s\n", what);
    abort();
}

static const char *server_name(void)
{
    const char *named = getenv("LEADWIRE_REDIS_SERVER");

    return named && *named ? named : "redis-server";
}

static bool find_server(char *path, size_t capacity)
{
    const char *named = getenv("LEADWIRE_REDIS_SERVER"), *folders = getenv("PATH");

    if (named && strchr(named, '/')) {
        snprintf(path, capacity, "%s", named);
        return access(path, X_OK) == 0;
    }
    while (folders && *folders) {
        size_t size = strcspn(folders, ":");
        snprintf(path, capacity, "%.*s/%s", (int)size, folders, server_name());
        if (access(path, X_OK) == 0)
            return true;
        folders += size + (folders[size] == ':');
    }
    return false;
}

static void run_server(const struct redis_fixture *redis, const char *server)
{
    const char *argv[REDIS_FIXTURE_ARGS_MAX + 32] = {
        server, "--port", redis->port, "--unixsocket", redis->socket, "--dir", redis->directory, "--save", "",
        "--appendonly", "yes", "--appendfsync", "always", "--logfile", "redis.log", "--daemonize", "no",
        "--aof-use-rdb-preamble", "yes",
    };
    size_t count = 0;

    while (argv[count])
        count++;
    for (size_t i = 0; redis->args[i]; i++)
        argv[count++] = redis->args[i];
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGXFSZ, SIG_IGN);   /* a test may bound its files: a write then fails, as on a full disk */
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    if (getenv("LEADWIRE_REDIS_PRELOAD"))
        setenv("LD_PRELOAD", getenv("LEADWIRE_REDIS_PRELOAD"), 1);
    execv(server, (char *const *)(uintptr_t)argv);
    _exit(127);
}

static bool answers(struct redis_fixture *redis)
{
    char answer[64];

    return redis_fixture_ask(redis, answer, sizeof answer, "PING") && strcmp(answer, "PONG") == 0;
}

static redisContext *connect_to(const struct redis_fixture *redis)
{
    redisContext *context = redisConnectUnixWithTimeout(redis->socket, (struct timeval){.tv_sec = 5});

    if (!context || context->err) {
        if (context)
            redisFree(context);
        return NULL;
    }
    redisSetTimeout(context, (struct timeval){.tv_sec = 10});
    if (redis->password) {
        redisReply *reply = redisCommand(context, "AUTH %s", redis->password);
        if (reply)
            freeReplyObject(reply);
    }
    return context;
}

static void run(const char *format, const char *directory)
{
    char command[512];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(command, sizeof command, format, directory);
#pragma GCC diagnostic pop
    if (system(command) != 0)
        give_up(command);
}
