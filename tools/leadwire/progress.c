/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wall_clock.h"
#include "words.h"

enum { BAR_SIZE = 30, DRAW_EVERY_MS = 100 };

void progress_begin(struct progress *progress, uint64_t total)
{
    progress->total = total;
    progress->begun_ms = wall_clock_monotonic_ms();
    progress->is_begun = true;
}

static void draw(struct progress *progress, uint64_t now_ms)
{
    char bar[BAR_SIZE + 1], left[WORDS_SIZE];
    const uint64_t full = progress->total > 0 ? progress->done * BAR_SIZE / progress->total : BAR_SIZE;
    const uint64_t spent_ms = now_ms - progress->begun_ms;
    const uint64_t left_ms = progress->done > 0 ? spent_ms * (progress->total - progress->done) / progress->done : 0;
    memset(bar, '.', BAR_SIZE);
    memset(bar, '#', full < BAR_SIZE ? (size_t)full : BAR_SIZE);
    bar[BAR_SIZE] = '\0';
    fprintf(stderr, "\r[%s] %" PRIu64 " of %" PRIu64 ", %" PRIu64 " a second, %s left\033[K", bar, progress->done, progress->total,
            spent_ms > 0 ? progress->done * 1000 / spent_ms : 0, words_duration(left_ms, left));
    fflush(stderr);
    progress->shown_ms = now_ms;
    progress->is_drawn = true;
}

void progress_step(struct progress *progress)
{
    progress->done++;
    if (progress->done > progress->total)
        progress->total = progress->done;
    if (!progress->is_shown)
        return;
    const uint64_t now_ms = wall_clock_monotonic_ms();
    if (progress->done == progress->total || now_ms - progress->shown_ms >= DRAW_EVERY_MS)
        draw(progress, now_ms);
}

void progress_clear(struct progress *progress)
{
    if (progress->is_drawn)
        fprintf(stderr, "\r\033[K");
    progress->is_drawn = false;
}
