/* SPDX-License-Identifier: Apache-2.0
 *
 * progress - a bar on standard error for what takes its time: "[######......]  1200 of 4000, 300 a second, 9 s left". Threads: one owner.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* is_shown: set by the owner, who knows whether a person looks. */
struct progress { uint64_t done, total, begun_ms, shown_ms; bool is_shown, is_begun, is_drawn; };

void progress_begin(struct progress *progress, uint64_t total);
/* One more is done. Drawn at most ten times a second, and when all is. */
void progress_step(struct progress *progress);
/* Takes the bar away, so that a line can be printed. */
void progress_clear(struct progress *progress);

#endif
