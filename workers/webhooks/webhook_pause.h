/* SPDX-License-Identifier: Apache-2.0
 *
 * webhook_pause - how long until a message is sent again. Threads: any; no state.
 */
#ifndef WEBHOOK_PAUSE_H
#define WEBHOOK_PAUSE_H

#include <stdint.h>

/* After so many attempts, of which the first was one: first_ms, twice as long each time, at most most_ms; and up to a quarter more, as luck (any number) has it, so
 * that hooks of one receiver that was away do not all come back at once. */
uint64_t webhook_pause_ms(uint32_t first_ms, uint32_t most_ms, uint32_t attempts, uint32_t luck);

#endif
