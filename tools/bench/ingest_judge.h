/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest_judge - whether the doors cost no more than was promised, by the figures of one run of the bench of ingest.
 */
#ifndef INGEST_JUDGE_H
#define INGEST_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Fewer rounds, or requests, say nothing: one round is off by what else the machine does, and a slow leak needs its time. */
enum { INGEST_ROUNDS_MIN = 2, INGEST_REQUESTS_MIN = 1000000 };

/* Medians of the rounds. */
struct ingest_result {
    double web_over_http;              /* requests per second of CPU, leadwire-web over its HTTP server with an empty handler */
    double mail_over_gmime;            /* mails to leads over mails parsed */
    double p50_over_floor;             /* 1: a request takes as long as two raw appends and an empty request */
    uint32_t rounds;
    uint64_t memory_early_bytes, memory_late_bytes;   /* of leadwire-web, after a tenth of the requests and after all */
    uint32_t requests;
};

/* A line to `out` for each bound that is missed. */
bool ingest_judge(const struct ingest_result *result, FILE *out);

#endif
