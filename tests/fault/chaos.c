/* SPDX-License-Identifier: Apache-2.0
 *
 * chaos [--minutes N | --seconds N] [--seed S] [--sabotage]: a floor under load whose processes are killed, stopped, delayed, whose disk and
 * memory fill, whose clocks jump, one fault after another by the seed. What is right is judged from the clients' own log and from
 * Redis, never by asking the broker. The last line is one JSON object; exit 0 only if nothing was violated.
 * --sabotage puts old data of Redis back while both are dead: then leads must be found lost.
 */
#define _GNU_SOURCE   /* prlimit */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chaos_clients.h"
#include "chaos_clock.h"
#include "chaos_workers.h"
#include "floor_rig.h"
#include "seeded.h"
#include "wall_clock.h"

#if defined __SANITIZE_ADDRESS__
#define IS_SANITIZED 1   /* its runtime must come first: nothing can be preloaded */
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

enum {
    OPEN = 180,
    GOES_ON_WITHIN_MS = 60000, TOLD_WITHIN_MS = 20000,
    LEADS_PER_S_MAX = 400, LEADS_MAX = 130000,      /* the judge holds REDIS_DESK_LEADS_MAX */
    CALM_MS_MAX = 1000,
    SHORT_S = 60, SHORT_HALT_MS_MAX = 500, SHORT_TOGETHER_MAX = 4,
    LEASE_MS = 2000,
    EXPORT_BYTES_MAX = 4096, EXPORT_FAILED = 3,     /* the desk has more; and the exit code then */
    CLOCK_OFF_MS_MAX = 100000000,                   /* far below the limits of the floor's rules, which a restart after such a time would end */
};

typedef void fault(void);
static fault broker_killed, broker_ended, broker_stopped, broker_delayed, redis_killed, redis_ended, redis_stopped, redis_delayed, redis_full,
    disk_full, both_killed, broker_disk_full, clients_stalled, clock_stepped, clock_apart, export_disk_full, reps_killed, reps_stopped, publisher_killed, publisher_stopped,
    web_killed, web_stopped, mail_killed, mail_stopped, phone_killed, phone_stopped, webhooks_killed, webhooks_stopped,
    gateway_killed, gateway_stopped, web_delayed, mail_delayed, phone_delayed, webhooks_delayed, gateway_delayed, reps_delayed, publisher_delayed,
    web_disk_full, mail_disk_full, phone_disk_full, webhooks_disk_full, gateway_disk_full;

static struct { const char *name; fault *run; unsigned count; } faults[] = {
    {"broker_killed", broker_killed, 0}, {"broker_ended", broker_ended, 0}, {"broker_stopped", broker_stopped, 0}, {"broker_delayed", broker_delayed, 0},
    {"redis_killed", redis_killed, 0}, {"redis_ended", redis_ended, 0}, {"redis_stopped", redis_stopped, 0}, {"redis_delayed", redis_delayed, 0},
    {"redis_full", redis_full, 0}, {"disk_full", disk_full, 0}, {"both_killed", both_killed, 0},
    {"broker_disk_full", broker_disk_full, 0}, {"clients_stalled", clients_stalled, 0}, {"clock_stepped", clock_stepped, 0},
    {"clock_apart", clock_apart, 0}, {"export_disk_full", export_disk_full, 0}, {"reps_killed", reps_killed, 0}, {"reps_stopped", reps_stopped, 0},
    {"publisher_killed", publisher_killed, 0}, {"publisher_stopped", publisher_stopped, 0}, {"web_killed", web_killed, 0}, {"web_stopped", web_stopped, 0},
    {"mail_killed", mail_killed, 0}, {"mail_stopped", mail_stopped, 0}, {"phone_killed", phone_killed, 0}, {"phone_stopped", phone_stopped, 0},
    {"webhooks_killed", webhooks_killed, 0}, {"webhooks_stopped", webhooks_stopped, 0},
    {"gateway_killed", gateway_killed, 0}, {"gateway_stopped", gateway_stopped, 0},
    {"web_delayed", web_delayed, 0}, {"mail_delayed", mail_delayed, 0}, {"phone_delayed", phone_delayed, 0},
    {"webhooks_delayed", webhooks_delayed, 0}, {"gateway_delayed", gateway_delayed, 0}, {"reps_delayed", reps_delayed, 0},
    {"publisher_delayed", publisher_delayed, 0}, {"web_disk_full", web_disk_full, 0}, {"mail_disk_full", mail_disk_full, 0},
    {"phone_disk_full", phone_disk_full, 0}, {"webhooks_disk_full", webhooks_disk_full, 0}, {"gateway_disk_full", gateway_disk_full, 0},
};
enum { BESIDE_FIRST = 12 };                          /* from here on neither broker nor Redis is touched: clients_stalled and so on */
enum { FAULTS = sizeof faults / sizeof faults[0], CLOCK_LIBRARY_MAX = 64 };

static struct floor_rig rig;
static struct chaos_clients clients;
static struct chaos_workers workers;
static struct seeded draw;
static struct chaos_clock *clocks;                   /* NULL: they cannot be bent here */
static uint64_t begin_ms;
static unsigned stuck;
static bool is_open, is_finished, sabotage;
static unsigned calm_ms_max;                         /* after each fault; in a short run short, so that it sees more of them */
static unsigned halt_ms_max = 1500;                  /* of those beside broker and Redis; likewise */
static unsigned together_max = 1;                    /* so many of those beside at once, before all must go on; likewise more */

static unsigned between(unsigned low, unsigned high)
{
    return low + (unsigned)seeded_below(&draw, high - low + 1);
}

static void say(const char *what, unsigned ms)
{
    printf("%7.1f s  %s", (double)(wall_clock_monotonic_ms() - begin_ms) / 1000, what);
    if (ms > 0)
        printf(" for %u ms", ms);
    printf("\n");
    fflush(stdout);
}

/* ---- waiting for what must follow ---- */

static bool redis_has_ended(struct floor_rig *floor)
{
    if (floor->redis.pid == 0 || waitpid(floor->redis.pid, NULL, WNOHANG) == 0)
        return floor->redis.pid == 0;
    floor->redis.pid = 0;
    return true;
}

static bool redis_has_ended_or_publishers_are_told(struct floor_rig *floor)
{
    return redis_has_ended(floor) || floor_rig_publishers_are_told(floor);
}

static void must_follow(bool (*holds)(struct floor_rig *floor), unsigned within_ms, const char *what)
{
    struct load_totals told;

    if (floor_rig_within(&rig, holds, within_ms))
        return;
    load_totals_read(rig.load, &told);
    printf("STUCK: waited in vain: %s; open %u, unanswered %u\n", what, told.open, told.unanswered);
    floor_rig_show_log_end(&rig);
    stuck++;
}

/* Redis can take nothing now. */
static void redis_is_gone(void)
{
    floor_rig_mark(&rig, CLIENT_REDIS_GONE);
    floor_rig_remember(&rig);
}

/* ---- the faults ---- */

static void broker_killed(void)
{
    floor_rig_kill(&rig);
    floor_rig_run_ms(&rig, between(0, 300));
    floor_rig_launch(&rig);
}

static void broker_ended(void)
{
    if (broker_fixture_stop(&rig.broker) != 0) {
        printf("VIOLATED: the broker does not stop well\n");
        stuck++;
    }
    floor_rig_kill(&rig);   /* is gone already: only judges */
    floor_rig_launch(&rig);
}

static void halt(pid_t pid, unsigned ms)
{
    kill(pid, SIGSTOP);
    floor_rig_run_ms(&rig, ms);
    kill(pid, SIGCONT);
}

static void delay(pid_t pid, unsigned ms_max)
{
    for (unsigned i = between(5, 20); i > 0; i--) {
        halt(pid, between(5, ms_max));
        floor_rig_run_ms(&rig, between(1, 20));
    }
}

/* Often beyond its lease: it must claim anew. */
static void broker_stopped(void)
{
    unsigned ms = between(100, LEASE_MS * 2);
    say("broker stopped", ms);
    halt(rig.broker.pid, ms);
}

static void broker_delayed(void)
{
    delay(rig.broker.pid, 60);
}

static void redis_delayed(void)
{
    delay(rig.redis.pid, 150);
}

static void redis_stopped(void)
{
    redis_fixture_pause(&rig.redis);
    waitpid(rig.redis.pid, NULL, WUNTRACED);
    redis_is_gone();
    must_follow(floor_rig_publishers_are_told, TOLD_WITHIN_MS, "publishers are told busy while Redis is stopped");
    floor_rig_run_ms(&rig, between(0, 2000));
    floor_rig_mark(&rig, CLIENT_REDIS_BACK);
    redis_fixture_go_on(&rig.redis);
}

static void redis_is_back(void)
{
    must_follow(floor_rig_publishers_are_told, TOLD_WITHIN_MS, "publishers are told busy while Redis is away");
    floor_rig_mark(&rig, CLIENT_REDIS_BACK);
    redis_fixture_start(&rig.redis);
}

static void redis_killed(void)
{
    redis_fixture_kill(&rig.redis);
    redis_is_gone();
    redis_is_back();
}

static void redis_ended(void)
{
    kill(rig.redis.pid, SIGTERM);   /* it saves and ends */
    waitpid(rig.redis.pid, NULL, 0);
    rig.redis.pid = 0;
    redis_is_gone();
    redis_is_back();
}

static void redis_full(void)
{
    floor_rig_remember(&rig);
    MUST_HOLD(redis_fixture_ask(&rig.redis, NULL, 0, "CONFIG SET maxmemory 1000000"));
    must_follow(floor_rig_publishers_are_told, TOLD_WITHIN_MS, "publishers are told busy while Redis is full");
    floor_rig_remember(&rig);
    must_follow(floor_rig_completions_pass, GOES_ON_WITHIN_MS, "completions pass while Redis is full");
    while (!redis_fixture_ask(&rig.redis, NULL, 0, "CONFIG SET maxmemory 0"))
        floor_rig_run_ms(&rig, 10);
}

/* None of its files may grow, or all may. */
static void bound_files(pid_t pid, bool is_full)
{
    const struct rlimit one = {.rlim_cur = 1, .rlim_max = RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};

    MUST_HOLD(prlimit(pid, RLIMIT_FSIZE, is_full ? &one : &none, NULL) == 0);
}

/* No file of Redis may grow: as on a full disk. With appendfsync always it gives up and must be started again. */
static void disk_full(void)
{
    floor_rig_remember(&rig);
    bound_files(rig.redis.pid, true);
    must_follow(redis_has_ended_or_publishers_are_told, TOLD_WITHIN_MS, "Redis gives up, or publishers are told busy, while the disk is full");
    if (!redis_has_ended(&rig)) {
        bound_files(rig.redis.pid, false);
        return;
    }
    redis_is_gone();
    redis_is_back();
}

/* Neither its log nor its status file can grow, while it has more to say than usual; every other time it begins like that. All goes on
   meanwhile: nothing of what it promised is in a file of its own. */
static void broker_disk_full(void)
{
    if (seeded_below(&draw, 2) == 0) {
        say("the broker begins on a full disk", 0);
        floor_rig_kill(&rig);
        floor_rig_launch(&rig);
    }
    bound_files(rig.broker.pid, true);
    floor_rig_remember(&rig);
    must_follow(floor_rig_all_goes_on, GOES_ON_WITHIN_MS, "all goes on while the disk of the broker is full");
    kill(rig.broker.pid, SIGUSR1);
    kill(rig.broker.pid, SIGHUP);
    floor_rig_remember(&rig);
    must_follow(floor_rig_all_goes_on, GOES_ON_WITHIN_MS, "all goes on while the broker has much to say on a full disk");
    kill(rig.broker.pid, SIGUSR2);
    bound_files(rig.broker.pid, false);
}

static void both_killed(void)
{
    if (sabotage) {
        redis_fixture_save_copy(&rig.redis);
        floor_rig_remember(&rig);
        must_follow(floor_rig_all_goes_on, GOES_ON_WITHIN_MS, "all goes on before the sabotage");
    }
    redis_fixture_kill(&rig.redis);
    floor_rig_mark(&rig, CLIENT_REDIS_GONE);
    floor_rig_run_ms(&rig, between(0, 100));
    broker_fixture_kill(&rig.broker);
    floor_rig_mark(&rig, CLIENT_REDIS_BACK);
    if (sabotage)
        redis_fixture_restore_copy(&rig.redis);
    redis_fixture_start(&rig.redis);
    floor_rig_kill(&rig);   /* is gone already: only judges */
    floor_rig_launch(&rig);
}

static void clients_stalled(void)
{
    unsigned ms = between(100, halt_ms_max);
    say("clients stalled", ms);
    poll(NULL, 0, (int)ms);
}

static int64_t draw_step_ms(int64_t off_ms)
{
    static const int64_t steps_ms[] = {1000, -1000, 30000, -30000, 3600000, -3600000, 86400000, -86400000};
    int64_t step_ms = steps_ms[seeded_below(&draw, sizeof steps_ms / sizeof steps_ms[0])], sum_ms = off_ms + step_ms;

    return sum_ms > CLOCK_OFF_MS_MAX || sum_ms < -CLOCK_OFF_MS_MAX ? -step_ms : step_ms;
}

/* All alike, whatever they were apart. */
static void clock_stepped(void)
{
    int64_t step_ms = draw_step_ms(atomic_load(&clocks->all_ms));

    for (unsigned i = 0; i < CHAOS_CLOCK_APART; i++)
        atomic_store(&clocks->apart_ms[i], 0);
    atomic_fetch_add(&clocks->all_ms, step_ms);
    printf("%9s  by %lld ms\n", "", (long long)step_ms);
}

/* The clock of one program alone; so it stays, until all step. */
static void clock_apart(void)
{
    static const char *const names[CHAOS_CLOCK_APART] = {CHAOS_CLOCK_PROGRAMS};
    unsigned which = (unsigned)seeded_below(&draw, CHAOS_CLOCK_APART);
    int64_t step_ms = draw_step_ms(atomic_load(&clocks->all_ms) + atomic_load(&clocks->apart_ms[which]));

    atomic_fetch_add(&clocks->apart_ms[which], step_ms);
    printf("%9s  that of %s by %lld ms\n", "", names[which], (long long)step_ms);
}

/* The reps' desks and a publisher that is not this program. */
static void client_killed(enum chaos_client which)
{
    chaos_client_kill(&clients, which);
    floor_rig_run_ms(&rig, between(0, 800));        /* beyond --away-after, or not */
    chaos_client_start(&clients, which);
}

static void client_stopped(const char *what, enum chaos_client which)
{
    unsigned ms = between(50, halt_ms_max);
    say(what, ms);
    halt(chaos_client_pid(&clients, which), ms);
}

static enum chaos_client some_reps(void)
{
    return seeded_below(&draw, 2) == 0 ? CHAOS_REPS_FIRST : CHAOS_REPS_SECOND;
}

static void reps_killed(void)
{
    client_killed(some_reps());
}

static void reps_stopped(void)
{
    client_stopped("reps stopped", some_reps());
}

static void reps_delayed(void)
{
    delay(chaos_client_pid(&clients, some_reps()), halt_ms_max / 25);
}

static void publisher_delayed(void)
{
    delay(chaos_client_pid(&clients, CHAOS_PUBLISHER), halt_ms_max / 25);
}

static void publisher_killed(void)
{
    client_killed(CHAOS_PUBLISHER);
}

static void publisher_stopped(void)
{
    client_stopped("publisher stopped", CHAOS_PUBLISHER);
}

static void worker_killed(enum chaos_worker which)
{
    chaos_worker_kill(&workers, which);
    floor_rig_run_ms(&rig, between(0, 300));
    chaos_worker_start(&workers, which);
}

static void worker_stopped(const char *what, enum chaos_worker which)
{
    unsigned ms = between(50, halt_ms_max);
    say(what, ms);
    halt(chaos_worker_pid(&workers, which), ms);
}

static void worker_delayed(enum chaos_worker which)
{
    delay(chaos_worker_pid(&workers, which), halt_ms_max / 25);
}

/* None of its files may grow, raw store, spool, state and sessions alike; what it cannot keep it must not have taken. Who gives up then, as
   leadwire-webhooks does that cannot keep its progress, is started again, as by systemd. */
static void worker_disk_full(const char *what, enum chaos_worker which)
{
    unsigned ms = between(50, halt_ms_max);

    say(what, ms);
    bound_files(chaos_worker_pid(&workers, which), true);
    floor_rig_run_ms(&rig, ms);
    if (chaos_worker_runs(&workers, which))
        bound_files(chaos_worker_pid(&workers, which), false);
    if (chaos_worker_runs(&workers, which))
        return;
    say("it gave up, and is started again", 0);
    chaos_worker_start(&workers, which);
}

/* ---- a copy of the desk, made meanwhile ---- */

static pid_t tool_pid;                               /* 0: none runs */
static int tool_code;                                /* of the last */

static bool tool_has_ended(struct floor_rig *floor)
{
    int status;

    (void)floor;
    if (tool_pid == 0 || waitpid(tool_pid, &status, WNOHANG) == 0)
        return tool_pid == 0;
    tool_pid = 0;
    tool_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return true;
}

/* leadwire desk ACT FILE, no file of which may become longer; its exit code, -1 for a signal or when it does not end. */
static int run_desk_tool(const char *act, const char *file, rlim_t size_max)
{
    const char *const argv[] = {LEADWIRE_BIN_DIR "/leadwire", "desk", act, file, "--redis", rig.redis_address, "--desk", "main", NULL};
    const bool asks_redis = strcmp(act, "export") == 0;
    pid_t floor = getpid();

    fflush(stdout);
    tool_pid = fork();
    MUST_HOLD(tool_pid >= 0);
    if (tool_pid == 0) {
        const char *const alone[] = {argv[0], argv[1], argv[2], argv[3], NULL};
        int null = open("/dev/null", O_RDWR);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGXFSZ, SIG_IGN);
        if (getppid() != floor || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0
            || setrlimit(RLIMIT_FSIZE, &(struct rlimit){size_max, size_max}) != 0)
            _exit(127);
        execv(argv[0], (char *const *)(uintptr_t)(asks_redis ? argv : alone));
        _exit(127);
    }
    tool_code = -1;
    must_follow(tool_has_ended, GOES_ON_WITHIN_MS, "leadwire desk ends");
    return tool_code;
}

static void violated(const char *what)
{
    printf("VIOLATED: %s\n", what);
    stuck++;
}

/* A backup that has no room says so and leaves nothing that looks like one; with room it is whole. */
static void export_disk_full(void)
{
    char file[128], part[136];

    snprintf(file, sizeof file, "%s/export", rig.broker.directory);
    snprintf(part, sizeof part, "%s.part", file);
    unlink(file);
    if (run_desk_tool("export", file, between(0, EXPORT_BYTES_MAX)) != EXPORT_FAILED)
        violated("an export on a full disk does not end with 3");
    if (access(file, F_OK) == 0 || access(part, F_OK) == 0)
        violated("an export on a full disk leaves a file");
    if (run_desk_tool("export", file, RLIM_INFINITY) != 0)
        violated("an export fails that has room");
    else if (run_desk_tool("check", file, RLIM_INFINITY) != 0)
        violated("an export that was made under load is not whole");
    unlink(file);
}

static void web_killed(void) { worker_killed(CHAOS_WEB); }
static void mail_killed(void) { worker_killed(CHAOS_MAIL); }
static void phone_killed(void) { worker_killed(CHAOS_PHONE); }
static void gateway_killed(void) { worker_killed(CHAOS_GATEWAY); }
static void webhooks_killed(void) { worker_killed(CHAOS_HOOKS); }
static void web_stopped(void) { worker_stopped("leadwire-web stopped", CHAOS_WEB); }
static void mail_stopped(void) { worker_stopped("leadwire-mail stopped", CHAOS_MAIL); }
static void phone_stopped(void) { worker_stopped("leadwire-phone stopped", CHAOS_PHONE); }
static void webhooks_stopped(void) { worker_stopped("leadwire-webhooks stopped", CHAOS_HOOKS); }
static void gateway_stopped(void) { worker_stopped("leadwire-gateway stopped", CHAOS_GATEWAY); }
static void web_delayed(void) { worker_delayed(CHAOS_WEB); }
static void mail_delayed(void) { worker_delayed(CHAOS_MAIL); }
static void phone_delayed(void) { worker_delayed(CHAOS_PHONE); }
static void webhooks_delayed(void) { worker_delayed(CHAOS_HOOKS); }
static void gateway_delayed(void) { worker_delayed(CHAOS_GATEWAY); }
static void web_disk_full(void) { worker_disk_full("the disk of leadwire-web full", CHAOS_WEB); }
static void mail_disk_full(void) { worker_disk_full("the disk of leadwire-mail full", CHAOS_MAIL); }
static void phone_disk_full(void) { worker_disk_full("the disk of leadwire-phone full", CHAOS_PHONE); }
static void webhooks_disk_full(void) { worker_disk_full("the disk of leadwire-webhooks full", CHAOS_HOOKS); }
static void gateway_disk_full(void) { worker_disk_full("the disk of leadwire-gateway full", CHAOS_GATEWAY); }

static bool all_goes_on(struct floor_rig *floor)
{
    return floor_rig_all_goes_on(floor) && chaos_clients_go_on(&clients) && chaos_workers_go_on(&workers);
}

static bool receiver_is_told(struct floor_rig *floor)
{
    return judge_untold(floor->judge) == 0;
}

/* Who brings leads, and then who takes them. */
static bool others_have_ended(struct floor_rig *floor)
{
    (void)floor;
    if (!chaos_workers_have_ended(&workers))
        return false;
    bool pages = chaos_pages_have_ended(&workers), others = chaos_clients_have_ended(&clients);
    return pages && others;
}

/* ---- the run ---- */

static void print_result(void)
{
    struct judge_totals judged = {0};

    if (!is_open)
        return;
    judge_totals_read(rig.judge, &judged);
    printf("{\"acknowledged\": %u, \"lost\": %u, \"double_owned\": %u, \"over_capacity\": %u, \"stuck\": %u, \"other\": %u, \"faults\": {",
           judged.leads, judged.broken[JUDGE_LOST], judged.broken[JUDGE_DOUBLE_OWNED], judged.broken[JUDGE_OVER_CAPACITY],
           judged.broken[JUDGE_STUCK] + stuck + !is_finished, judged.broken[JUDGE_OTHER]);
    const char *comma = "";
    for (unsigned i = 0; i < FAULTS; i++) {
        if (faults[i].count > 0)
            printf("%s\"%s\": %u", comma, faults[i].name, faults[i].count);
        comma = faults[i].count > 0 ? ", " : comma;
    }
    printf("}, \"not_run\": [");
    comma = "";
    for (unsigned i = 0; i < FAULTS; i++) {
        if (faults[i].count == 0)
            printf("%s\"%s\"", comma, faults[i].name);
        comma = faults[i].count == 0 ? ", " : comma;
    }
    printf("]}\n");
    fflush(stdout);
}

/* The library by a path without spaces, at which LD_PRELOAD would cut it. */
static void name_clock_library(const char *clock, char library[CLOCK_LIBRARY_MAX])
{
    snprintf(library, CLOCK_LIBRARY_MAX, "%s.so", clock);
}

static void forget_clock(void)
{
    const char *clock = getenv("LEADWIRE_CHAOS_CLOCK");
    char library[CLOCK_LIBRARY_MAX];

    if (!clock)
        return;
    name_clock_library(clock, library);
    unlink(library);
    unlink(clock);
}

/* Starts this program anew with the library that bends the clock; what it starts inherits that. */
static void bend_clocks(char **argv)
{
    char path[] = "/tmp/lw-chaos-clock-XXXXXX", library[CLOCK_LIBRARY_MAX];
    const char *named = getenv("LEADWIRE_CHAOS_CLOCK");
    int fd;

#ifdef IS_SANITIZED
    return;
#endif
    if (!named) {
        fd = mkstemp(path);
        if (fd < 0 || ftruncate(fd, sizeof *clocks) != 0)
            return;
        close(fd);
        setenv("LEADWIRE_CHAOS_CLOCK", path, 1);
        name_clock_library(path, library);
        if (symlink(CHAOS_CLOCK_LIBRARY, library) != 0)
            return;
        setenv("LD_PRELOAD", library, 1);
        execv("/proc/self/exe", argv);
        return;
    }
    fd = open(named, O_RDWR | O_CLOEXEC);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *clocks, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    clocks = mapped == MAP_FAILED ? NULL : mapped;
    if (fd >= 0)
        close(fd);
}

/* Each kind once, in an order of the seed's, before any comes again. */
static unsigned deck[FAULTS], deck_left;

static unsigned next_fault(void)
{
    if (deck_left == 0)
        for (deck_left = 0; deck_left < FAULTS; deck_left++)
            deck[deck_left] = deck_left;
    unsigned place = (unsigned)seeded_below(&draw, deck_left), number = deck[place];
    deck[place] = deck[--deck_left];
    return number;
}

/* False: there is none that leaves broker and Redis alone. */
static bool next_fault_beside(unsigned *number)
{
    unsigned places[FAULTS], count = 0;

    for (unsigned i = 0; i < deck_left; i++)
        if (deck[i] >= BESIDE_FIRST)
            places[count++] = i;
    if (count == 0)
        return false;
    unsigned place = places[seeded_below(&draw, count)];
    *number = deck[place];
    deck[place] = deck[--deck_left];
    return true;
}

static void do_fault(unsigned number)
{
    if ((faults[number].run == clock_stepped || faults[number].run == clock_apart) && !clocks)
        return;
    say(faults[number].name, 0);
    floor_rig_mark(&rig, CLIENT_FAULT);
    faults[number].count++;
    faults[number].run();
}

static void some_faults(void)
{
    unsigned number = next_fault();

    do_fault(number);
    for (unsigned i = 1; number >= BESIDE_FIRST && i < together_max && next_fault_beside(&number); i++)
        do_fault(number);
    floor_rig_remember(&rig);
    chaos_clients_remember(&clients);
    chaos_workers_remember(&workers);
    must_follow(all_goes_on, GOES_ON_WITHIN_MS, "all goes on after the fault");
    floor_rig_mark(&rig, CLIENT_CALM);
    load_want_open(rig.load, OPEN);
    floor_rig_run_ms(&rig, between(0, calm_ms_max));
}

static int usage(void)
{
    printf("usage: chaos [--minutes N | --seconds N] [--seed S] [--sabotage]\n");
    return 2;
}

int main(int argc, char **argv)
{
    uint64_t seconds = 300, seed = 0;

    if (argc > 1 && strcmp(argv[1], CHAOS_CLIENT_WORD) == 0)
        return chaos_client_main(argc, argv);
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--sabotage") == 0) {
            sabotage = true;
            i--;
            continue;
        }
        uint64_t number = i + 1 < argc ? strtoull(argv[i + 1], NULL, 0) : 0;
        if (strcmp(argv[i], "--minutes") == 0 && number > 0)
            seconds = number * 60;
        else if (strcmp(argv[i], "--seconds") == 0 && number > 0)
            seconds = number;
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = number;
        else
            return usage();
    }
    bend_clocks(argv);
    atexit(forget_clock);
    draw.state = seed ? seed : (uint64_t)wall_clock_unix_ms();
    begin_ms = wall_clock_monotonic_ms();
    printf("seed %llu, %llu s\n", (unsigned long long)draw.state, (unsigned long long)seconds);
    unsigned leads_per_s = LEADS_MAX / seconds < LEADS_PER_S_MAX ? (unsigned)(LEADS_MAX / seconds) + 1 : LEADS_PER_S_MAX;
    atexit(print_result);
    floor_rig_open(&rig, &(struct load_options){.seed = seeded_next(&draw), .open_target = OPEN, .leads_per_s = leads_per_s}, NULL);
    is_open = true;
    if (sabotage) {   /* judged when the broker is dead: the rest would wait in vain for what is lost */
        both_killed();
        is_finished = true;
        print_result();
        is_open = false;
        floor_rig_close(&rig);
        return 1;
    }
    chaos_clients_open(&clients, &rig);
    calm_ms_max = seconds * 1000 / FAULTS / 4 < CALM_MS_MAX ? (unsigned)(seconds * 1000 / FAULTS / 4) : CALM_MS_MAX;
    if (seconds < SHORT_S) {
        halt_ms_max = SHORT_HALT_MS_MAX;
        together_max = SHORT_TOGETHER_MAX;
        calm_ms_max *= 2;                            /* as there are fewer waits */
    }
    chaos_workers_open(&workers, &rig, (unsigned)seconds);
    for (uint64_t end_ms = wall_clock_monotonic_ms() + seconds * 1000; wall_clock_monotonic_ms() < end_ms;)
        some_faults();
    must_follow(others_have_ended, GOES_ON_WITHIN_MS, "senders, workers and the processes of clients have nothing left to do");
    must_follow(receiver_is_told, GOES_ON_WITHIN_MS, "the receiver of webhooks is told how all leads ended");
    chaos_workers_close(&workers);
    chaos_clients_close(&clients);
    load_drain(rig.load);
    must_follow(floor_rig_is_drained, GOES_ON_WITHIN_MS, "all is drained");
    int judged = floor_rig_judge_end(&rig);
    is_finished = true;
    print_result();
    is_open = false;
    floor_rig_close(&rig);
    return judged == 0 && stuck == 0 ? 0 : 1;
}
