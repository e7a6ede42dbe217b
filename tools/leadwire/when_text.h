/* SPDX-License-Identifier: Apache-2.0
 *
 * when_text - a moment as people type it, in local time.
 *
 *   30m, 2h, 3d             so long from now
 *   15:30                   the next time it is that late
 *   2026-11-26T15:30        then
 */
#ifndef WHEN_TEXT_H
#define WHEN_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* False for anything else. */
bool when_text_parse(const char *text, int64_t now_unix_ms, int64_t *unix_ms_out);
/* The same backwards: so long ago, the last time it was that late, then. */
bool when_text_parse_past(const char *text, int64_t now_unix_ms, int64_t *unix_ms_out);

#endif
