/* SPDX-License-Identifier: Apache-2.0
 *
 * explain_rep - why a rep got leads or got none, in words and as JSON: for leadwire explain --rep. Threads: none.
 */
#ifndef EXPLAIN_REP_H
#define EXPLAIN_REP_H

#include <stdbool.h>
#include <stdint.h>

#include "leadwire/v1/control.pb-c.h"

/* since_unix_ms: what was asked for; the reply may tell less. */
void explain_rep_print(const Leadwire__V1__ExplainReply *explained, const char *rep, int64_t since_unix_ms, bool is_json);

#endif
