/* SPDX-License-Identifier: Apache-2.0
 *
 * chaos_clock - the file that says by how much the wall clocks of a chaos run are off, in milliseconds: 64-bit numbers that may change
 * at any time. The first is of all processes; each of the others is added to it in those of one program.
 */
#ifndef CHAOS_CLOCK_H
#define CHAOS_CLOCK_H

#include <stdint.h>

/* By the names that they were started with. python3: all that is outside, browsers too. */
#define CHAOS_CLOCK_PROGRAMS "leadwire-broker", "redis-server", "leadwire-web", "leadwire-mail", "leadwire-phone", "leadwire-webhooks", \
                             "leadwire-gateway", "chaos-client", "python3"
enum { CHAOS_CLOCK_APART = 9, CHAOS_CLOCK_REDIS = 1 };      /* programs; and the one that may have another name */

struct chaos_clock { _Atomic int64_t all_ms, apart_ms[CHAOS_CLOCK_APART]; };

#endif
