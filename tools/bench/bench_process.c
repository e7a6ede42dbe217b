/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE   /* nftw, mkdtemp, usleep-free waiting through poll */
#define _XOPEN_SOURCE 700
#include "bench_process.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

enum { END_WITHIN_MS = 60000 };

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

pid_t bench_start(const char *const *argv, const char *also_as, const char *log_path)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        fail("leadwire-bench: fork");
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);   /* a bench that is killed leaves nothing behind */
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
        fail(log_path);
    execvp(argv[0], (char *const *)(uintptr_t)argv);
    if (also_as)
        execvp(also_as, (char *const *)(uintptr_t)argv);
    fail(argv[0]);
    return -1;
}

pid_t bench_fork(int (*function)(void *argument), void *argument)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        fail("leadwire-bench: fork");
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(function(argument));
}

static bool ended_within(pid_t pid, uint32_t timeout_ms)
{
    for (uint32_t waited = 0; waited < timeout_ms; waited += 10) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return true;
        poll(NULL, 0, 10);
    }
    return false;
}

void bench_stop(pid_t pid)
{
    if (pid > 0)
        bench_end(pid, SIGTERM);
}

void bench_end(pid_t pid, int signal_number)
{
    kill(pid, signal_number);
    if (ended_within(pid, END_WITHIN_MS))
        return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int bench_wait(pid_t pid)
{
    int status;
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

uint64_t bench_cpu_us(pid_t pid)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return 0;
    return (uint64_t)used.tv_sec * 1000000u + (uint64_t)used.tv_nsec / 1000u;
}

uint64_t bench_resident_bytes(pid_t pid)
{
    char path[64];
    unsigned long long size = 0, resident = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%llu %llu", &size, &resident) != 2)
        fail("leadwire-bench: a process that is measured is gone");
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

bool bench_await_path(const char *path, uint32_t timeout_ms)
{
    for (uint32_t waited = 0; waited < timeout_ms; waited += 10) {
        if (access(path, F_OK) == 0)
            return true;
        poll(NULL, 0, 10);
    }
    return false;
}

bool bench_await_socket(const char *path, uint32_t timeout_ms)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    snprintf(where.sun_path, sizeof where.sun_path, "%s", path);
    for (uint32_t waited = 0; waited < timeout_ms; waited += 10) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        bool listens = fd >= 0 && connect(fd, (const struct sockaddr *)&where, sizeof where) == 0;
        if (fd >= 0)
            close(fd);
        if (listens)
            return true;
        poll(NULL, 0, 10);
    }
    return false;
}

void bench_allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("leadwire-bench: the limit of descriptors");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("leadwire-bench: the limit of descriptors");
}

void bench_make_dir(char path[64])
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    if (!base || base[0] == '\0' || strlen(base) > 40 || access(base, W_OK) != 0)
        base = "/tmp";
    snprintf(path, 64, "%s/lw-bench-XXXXXX", base);
    if (!mkdtemp(path))
        fail(path);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

void bench_remove_dir(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void bench_program(const char *name, char path[512])
{
    ssize_t size = readlink("/proc/self/exe", path, 400);
    if (size <= 0)
        fail("/proc/self/exe");
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    snprintf(slash + 1, 512 - (size_t)(slash + 1 - path), "%s", name);
}
