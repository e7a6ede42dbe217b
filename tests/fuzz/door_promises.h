/* SPDX-License-Identifier: Apache-2.0
 *
 * door_promises - what the fuzzers of the doors share: lines of an input, and what any lead of any door must hold.
 */
#ifndef DOOR_PROMISES_H
#define DOOR_PROMISES_H

#include <leadwire/lead.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* Every driver has this one; libFuzzer calls it, and fuzz_seeds with each file of a corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct fuzz_input { const char *at; size_t left; };

/* The next line without its end, in the arena; "" behind the last. NULL at the cap. */
char *fuzz_take_line(struct fuzz_input *input, struct arena *arena);
/* A copy that asan guards to the byte, of what is left; free() it. */
char *fuzz_take_rest(struct fuzz_input *input, size_t *size_out);

/* The broker's wire takes the lead. Aborts with the reason if not. Gives a hash of all of it. */
uint64_t door_lead_hold(const struct lw_lead *lead);
/* Aborts. */
void door_broken(const char *promise);

#endif
