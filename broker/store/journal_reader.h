/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_reader - reads a desk straight from Redis, without a broker and without changing anything: for judges
 * (tests, the demo's own check, `leadwire-journal`) and followers of the journal.
 *
 * It blocks. What it gives is what a broker that claims now would load: first the checkpoint's records, then those of
 * the journal behind the checkpoint, in order. What there is of these is read first, so that a checkpoint may end meanwhile; when so many do that
 * entries behind it were trimmed unread, or all is written anew, the reader begins anew.
 */
#ifndef JOURNAL_READER_H
#define JOURNAL_READER_H

#include <leadwire/status.h>

#include "core.h"

enum { JOURNAL_READER_ERROR_MAX = 200 };

struct journal_place {
    bool in_checkpoint;
    struct desk_id entry;          /* of the journal; {0,0} in the checkpoint */
    uint64_t desk_ms;              /* of the entry; of the checkpoint's id */
};

struct journal_reader {
    struct redisContext *redis;
    char desk[80];
    char error[JOURNAL_READER_ERROR_MAX];
};

/* address: "unix:PATH" or "HOST:PORT". password NULL: none. Errors, told in reader->error: LW_INVALID, LW_IO, LW_REFUSED. */
LW_MUST_CHECK lw_status journal_reader_open(struct journal_reader *reader, const char *address, const char *user,
                                            const char *password, const char *desk);
void journal_reader_close(struct journal_reader *reader);

/* reset: forget all so far (called first, too). record: borrowed for the call; false ends the reading early. */
struct journal_visitor {
    void *context;
    void (*reset)(void *context);
    /* What changed as one comes as the leads that it is of: never RECORD_LEADS. */
    bool (*record)(void *context, const struct journal_place *place, enum record_kind kind, const void *bytes, size_t size);
};

/* Errors, told in reader->error: LW_NOT_FOUND (no such desk), LW_IO, LW_CORRUPT (damage or a gap), LW_UNSUPPORTED. */
LW_MUST_CHECK lw_status journal_reader_read(struct journal_reader *reader, const struct journal_visitor *visitor);

#endif
