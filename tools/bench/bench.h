/* SPDX-License-Identifier: Apache-2.0
 *
 * bench - what the benches of leadwire-bench share.
 *
 * leadwire-bench prints on which machine it runs, a bench a table for people, and
 * with --json one object as the last thing. It judges nothing: figures are compared
 * side by side in one run.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench_options {
    bool json, quick;
    const char *page;         /* where to write a page with plots; NULL: nowhere */
    uint32_t rounds;          /* 0: the bench's own default */
    uint32_t leads;           /* 0: the bench's own default */
    const char *load;         /* lives; NULL: its own default */
    uint32_t desks;           /* gateway; 0: its own default */
    uint32_t minutes, rate;   /* soak, overload; 0: their own default */
    const char *durability;   /* soak, overload, restart, checkpoint: "everysec" or "always" */
    const char *work_dir;     /* for sockets and files; NULL: a new directory under /tmp */
};

typedef int bench_function(const struct bench_options *options);
bench_function bench_checkpoint, bench_core, bench_floor, bench_gateway, bench_growth, bench_ingest, bench_lives, bench_overload, bench_peers, bench_restart, bench_security, bench_soak;

uint64_t bench_now_ns(void);          /* CLOCK_MONOTONIC */
uint64_t bench_cpu_ns(void);          /* CPU time of this process */
/* splitmix64 (Steele, Lea & Flood 2014): the same stream everywhere. */
uint64_t bench_random(uint64_t *state);
/* A fixed loop of hashing and memory walks: a measure of the machine at this moment, in millions of rounds a second. */
double bench_calibration(void);
/* Sorts values; count >= 1. */
double bench_median(double *values, size_t count);
double bench_percentile_u32(uint32_t *values, size_t count, double share);

#endif
