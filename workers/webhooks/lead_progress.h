/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_progress - how far each open lead was told, on disk: so that after a restart, or a hole in the events, what was missed is known.
 *
 * The file grows by a line for each change that was queued, and is written anew when most of it is old. A line that was lost with
 * the power only has a change told once more. Threads: one owner.
 *
 *   LEAD <tab> REVISION <tab> SOURCE <tab> QUEUE      revision 0: it has ended
 */
#ifndef LEAD_PROGRESS_H
#define LEAD_PROGRESS_H

#include <leadwire/lead.h>
#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "index_table.h"
#include "siphash.h"

enum { LEAD_PROGRESS_MAX = 1000000 };

struct known_lead {
    char id[LW_LEAD_ID_TEXT_MAX];   /* "": free */
    uint64_t revision;
    char *source, *queue;
    bool is_seen;                   /* since lead_progress_look_anew */
};

struct lead_progress {
    char *path;
    FILE *file;
    struct known_lead *leads;
    uint32_t top, capacity, count;
    uint32_t *free_places, free_count;
    struct index_table index;
    struct siphash_key key;
    uint64_t lines;
    bool is_new;                    /* there was no file: nothing was ever told */
};

/* Reads the file, or makes it. Lines that cannot be read are skipped. Errors: LW_IO (errno tells why), LW_NO_MEMORY, LW_TOO_LARGE. */
LW_MUST_CHECK lw_status lead_progress_open(const char *path, struct lead_progress *out);
void lead_progress_close(struct lead_progress *progress);   /* zeroed: accepted */
/* NULL: not known. */
struct known_lead *lead_progress_find(const struct lead_progress *progress, const char *lead_id);
/* It was told so far; it is seen. Errors: LW_IO, LW_NO_MEMORY, LW_FULL (LEAD_PROGRESS_MAX). */
LW_MUST_CHECK lw_status lead_progress_put(struct lead_progress *progress, const char *lead_id, uint64_t revision, const char *source, const char *queue);
/* It has ended, and that was told. Unknown ones are accepted. Errors: LW_IO. */
LW_MUST_CHECK lw_status lead_progress_end(struct lead_progress *progress, const char *lead_id);
/* All are to be seen again. */
void lead_progress_look_anew(struct lead_progress *progress);
/* The first that was not seen from place *at on; NULL: all were. */
const struct known_lead *lead_progress_unseen(const struct lead_progress *progress, uint32_t *at);

#endif
