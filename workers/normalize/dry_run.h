/* SPDX-License-Identifier: Apache-2.0
 *
 * dry_run - files with one contact each -> what would become of them, one JSON object a line on standard output.
 *
 *   worker --dry-run --source NAME [--config FILE] [--region XX] [--language xx] [--content-type TYPE]
 *          [--header "NAME: VALUE"] [FILE...]
 *
 * Keys: file, outcome (lead, not_a_lead, rejected, unparsable, unreadable), reason, channel, source, idempotency_id,
 * sender {email, phone, name}, subject, summary, lead (all fields, see lead_json_write), warnings. All are always there.
 * Nothing is kept, nobody is asked. Threads: one owner.
 */
#ifndef DRY_RUN_H
#define DRY_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "contact_reader.h"

struct dry_run_arguments {
    const char *config_path;        /* NULL: default settings, and one source of the name that is given */
    const char *source, *region, *language;
    const char *content_type, *idempotency_key;
    char *const *files;             /* "-": standard input */
    int file_count;
};

/* Moves the files to the front of argv. False: end with WORKER_EXIT_USAGE, the words are on standard error. */
bool dry_run_arguments_read(int argc, char **argv, const char *program, struct dry_run_arguments *out);
/* WORKER_EXIT_OK: each is a lead, or none for a good reason; WORKER_EXIT_FAILED: some file cannot be read or used. */
int dry_run(const struct dry_run_arguments *arguments, const struct contact_reader *reader);

#endif
