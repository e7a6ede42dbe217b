/* SPDX-License-Identifier: Apache-2.0
 *
 * words - numbers and names as people read them. Text goes to the caller's buffer and is returned.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "leadwire/v1/config.pb-c.h"

enum { WORDS_SIZE = 64 };

/* "850 ms", "12 s", "3 min 20 s", "2 h 5 min", "3 d 4 h" */
const char *words_duration(uint64_t ms, char text[WORDS_SIZE]);
/* "512 B", "12.5 MiB" */
const char *words_size(uint64_t bytes, char text[WORDS_SIZE]);
/* An epoch as ids show it: "1mdq63" */
const char *words_epoch(uint64_t epoch, char text[WORDS_SIZE]);
/* Local time of day: "10:15:30" */
const char *words_clock(int64_t unix_ms, char text[WORDS_SIZE]);
/* Local day and time: "2026-11-26 15:30" */
const char *words_moment(int64_t unix_ms, char text[WORDS_SIZE]);
/* "italian 5, solar 3"; "nothing" if there are none */
const char *words_levels(Leadwire__V1__SkillLevel *const *levels, size_t count, char *text, size_t size);
/* Copies text without what would move a terminal's cursor: control characters become spaces. */
const char *words_printable(const char *given, char *text, size_t size);

#endif
