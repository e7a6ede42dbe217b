/* SPDX-License-Identifier: Apache-2.0
 *
 * replay - raw files that a worker kept -> read again by the rules as they are now, and published under the ids of then.
 *
 *   worker --replay --source NAME --config FILE --since-ms MS [--until-ms MS] [--rate N] [--dry-run] [--correct]
 *          [--broker ENDPOINT] [--key-file FILE] [--desk NAME] [--raw DIRECTORY]
 *
 * First {"total": N}, then of each raw file of that time, oldest first, one JSON object a line: raw, at (unix ms), outcome,
 * reason, lead_id; in a dry run also lead. Outcomes: accepted, joined, duplicate, differs (it is a lead already, which
 * stays as it is), corrected (so it was, and has joined that lead as one more contact; an id of its own, of what it is now, keeps it from joining
 * twice), rejected, not_a_lead, unparsable, too_large, gone, of_another_source; lead (dry run).
 * One contact at a time: each waits for the journal. A call that is accepted only now is ended at once, as one whose caller hung
 * up, since nobody is on the line any more. Threads: one owner.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "contact_reader.h"
#include "worker_config.h"

struct replay_arguments {
    const char *config_path, *source;
    int64_t since_unix_ms, until_unix_ms;
    uint32_t rate;                  /* contacts a second */
    bool dry_run;
    bool correct;                   /* what differs joins its lead, if that is open */
    struct worker_overrides overrides;
};

/* False: end with WORKER_EXIT_USAGE, the words are on standard error. */
bool replay_arguments_read(int argc, char **argv, const char *program, struct replay_arguments *out);
/* WORKER_EXIT_OK: all were read and answered; WORKER_EXIT_FAILED: the store cannot be read or the broker does not answer (what
 * was answered is done; the rest is not). */
int replay_run(const struct replay_arguments *arguments, const char *program, const struct worker_config *common,
               const struct contact_reader *reader);

#endif
