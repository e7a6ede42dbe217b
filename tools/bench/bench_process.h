/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_process - the processes of a bench: started, measured, ended; none outlives the bench.
 */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Starts argv (NULL-ended; a program's path or a name from PATH) with its output appended to log_path. If there is no such
 * program, the one called also_as (may be NULL) with the same argv. Aborts on failure. */
pid_t bench_start(const char *const *argv, const char *also_as, const char *log_path);
/* Runs function(argument) in a child, whose exit code is its result. */
pid_t bench_fork(int (*function)(void *argument), void *argument);
/* SIGTERM, and SIGKILL after 60 s; waits. 0 is accepted. */
void bench_stop(pid_t pid);
/* This signal, and SIGKILL after 60 s; waits. */
void bench_end(pid_t pid, int signal_number);
/* Waits for a child to end by itself; its exit code, -1 if it was killed. */
int bench_wait(pid_t pid);
/* CPU time used so far by a running process, in us; 0 if it is gone. */
uint64_t bench_cpu_us(pid_t pid);
/* Resident memory of a running process; one that is gone ends the bench. */
uint64_t bench_resident_bytes(pid_t pid);
/* True once the path exists; false after timeout_ms. */
bool bench_await_path(const char *path, uint32_t timeout_ms);
/* True once somebody listens at this unix socket, which is later than that it is there; false after timeout_ms. */
bool bench_await_socket(const char *path, uint32_t timeout_ms);
/* As many open files as this process may have, and those that it starts. */
void bench_allow_descriptors(void);
/* A new directory of mode 0700 under $XDG_RUNTIME_DIR or /tmp; path[64]. */
void bench_make_dir(char path[64]);
void bench_remove_dir(const char *path);
/* The program beside this one, e.g. "leadwire-broker", to path[512]. */
void bench_program(const char *name, char path[512]);

#endif
