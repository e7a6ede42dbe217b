/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_rows - one record of the checkpoint or the journal as one line of JSON. Never what a lead says (payloads).
 *
 *   {"entry": "<epoch>-<seq>" or null (checkpoint), "desk_ms": n, "kind": "lead" | "rep" | "seen" | "desk" | "config", ...}
 *
 *   lead    lead_id revision at_ms state ended cause rep offer_number weight priority channel source queue
 *           created_ms disposition; what an ended lead no longer has is absent
 *   rep     rep revision state connected misses
 *   seen    lead_id what ("publish", "complete") state ("open" or how it ended) at_ms
 *   desk    revision
 *   config  bytes
 */
#ifndef JOURNAL_ROWS_H
#define JOURNAL_ROWS_H

#include <stdio.h>

#include "journal_reader.h"

struct rep_names { char **names; size_t count; };

struct journal_rows {
    FILE *out;
    struct rep_names reps;           /* by number, as far as they were seen */
    lw_status status;                /* why the reading was ended early */
};

void journal_rows_init(struct journal_rows *rows, FILE *out);
void journal_rows_fini(struct journal_rows *rows);
/* Writes the record. False: it cannot be read (rows->status). */
bool journal_rows_put(struct journal_rows *rows, const struct journal_place *place, enum record_kind kind,
                      const void *bytes, size_t size);

#endif
