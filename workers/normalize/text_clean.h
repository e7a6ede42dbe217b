/* SPDX-License-Identifier: Apache-2.0
 *
 * text_clean - bytes from outside -> text that is safe to keep, compare and show.
 *
 * Result: valid UTF-8 (each broken sequence becomes U+FFFD), NFC, no control
 * characters (C0, C1, DEL), no byte order mark, no invisible marks that turn
 * the writing direction around (they can make a text read as another one).
 * Scripts, emoji and joiners are left alone.
 * TEXT_LINE: white space runs (also line ends) become one space, none at the ends.
 * TEXT_BLOCK: line ends become '\n', trailing blanks go, at most two line ends
 * in a row, none at the ends; tabs stay.
 * Threads: none.
 */
#ifndef TEXT_CLEAN_H
#define TEXT_CLEAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum text_shape { TEXT_LINE, TEXT_BLOCK };

/* A new string in the arena of at most size_max bytes; *cut_out (may be NULL) tells if it was longer: it then ends at a
 * character's end. "" when nothing is left. NULL at the arena's cap. */
char *text_clean(struct arena *arena, const char *bytes, size_t size, enum text_shape shape, size_t size_max,
                 bool *cut_out);
/* Reads one character; *at moves on by 1 to 4 bytes. 0xFFFD for a broken sequence. Requires *at < size. */
uint32_t text_next(const char *bytes, size_t size, size_t *at);
/* & < > " ' as entities, for XML and HTML text and attribute values; control characters that XML 1.0 forbids are
 * left out. NULL at the cap. */
char *text_escape_markup(struct arena *arena, const char *text);
/* ASCII letters only; everything else stays. */
void text_lower_ascii(char *text);
/* Equal but for the case of ASCII letters. */
bool text_equal_nocase(const char *a, const char *b);

#endif
