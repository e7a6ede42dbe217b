/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_machine - where and beside what a bench ran: a figure without it says nothing. Threads: one.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

enum { BENCH_VERSION_MAX = 32 };

/* Processors, memory, kernel and distribution in words, without quotes or backslashes; static. */
const char *bench_machine(void);
/* The first number with a dot in a text; "": there is none. */
void bench_version_find(const char *text, char version[BENCH_VERSION_MAX]);
/* The one in what a program says when it is run; argv and also_as as bench_start has them. It has to end by itself. */
void bench_version_ask(const char *const *argv, const char *also_as, char version[BENCH_VERSION_MAX]);

#endif
