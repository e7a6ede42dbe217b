/* SPDX-License-Identifier: Apache-2.0
 *
 * explain_lead - leadwire explain --lead FILE: of each lead in the file what would become of it. Gives the exit code: EXIT_NO when
 * one of them would not be taken.
 */
#ifndef EXPLAIN_LEAD_H
#define EXPLAIN_LEAD_H

#include "cli.h"
#include "lead_preview.h"

int explain_lead_file(const struct cli *cli, const char *path, const struct lead_preview_options *options, bool is_json);

#endif
