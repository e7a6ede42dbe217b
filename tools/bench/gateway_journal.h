/* SPDX-License-Identifier: Apache-2.0
 *
 * gateway_journal - when a lead was in the journal: a process that reads the desk's stream as it grows, and shared memory.
 */
#ifndef GATEWAY_JOURNAL_H
#define GATEWAY_JOURNAL_H

#include <stdatomic.h>
#include <stdint.h>

enum { GATEWAY_LEADS_MAX = 1 << 18, GATEWAY_LEAD_DIGITS = 8 };
#define GATEWAY_LEAD_NAME "Prospect "   /* and the lead's number in so many digits: its full_name */

struct gateway_journal {
    char redis_socket[96];
    _Atomic uint32_t is_reading, stop;
    _Atomic uint64_t commits;                       /* entries so far */
    _Atomic uint64_t at_ns[GATEWAY_LEADS_MAX];      /* bench_now_ns() of the first entry with this lead; 0: none yet */
};

/* For bench_fork: argument is the journal, in shared memory. */
int gateway_journal_read(void *journal);
/* The number behind the next GATEWAY_LEAD_NAME from *at on, and *at behind it; -1: there is none. */
int64_t gateway_lead_number(const char **at, const char *end);

#endif
