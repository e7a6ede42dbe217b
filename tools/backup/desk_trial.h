/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_trial - what is in a file: a core that is restored from it, as a broker would restore it. Threads: one owner.
 */
#ifndef DESK_TRIAL_H
#define DESK_TRIAL_H

#include "core.h"
#include "desk_file.h"

/* Errors, told in reader->error: those of desk_file_read, and of core_restore. *out is NULL then; else core_free it. */
LW_MUST_CHECK lw_status desk_trial(struct desk_file_reader *reader, struct desk_file_head *head, struct desk_file_end *end, struct core **out);

#endif
