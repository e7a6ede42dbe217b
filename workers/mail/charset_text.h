/* SPDX-License-Identifier: Apache-2.0
 *
 * charset_text - bytes in some declared charset -> valid UTF-8.
 *
 * Declarations lie: an unknown or missing charset, and US-ASCII with high
 * bytes, are read as UTF-8 when they are valid UTF-8 and as Windows-1252 when
 * not. So are bytes beyond ASCII under a Western label that are valid UTF-8: words
 * of Latin-1 never are, while many programs put that label on all they send. What cannot be converted becomes U+FFFD; NUL bytes are dropped.
 */
#ifndef CHARSET_TEXT_H
#define CHARSET_TEXT_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>

/* NUL-terminated text in the arena; NULL at its cap. charset may be NULL.
 * *as_declared is false when the charset was unknown, was not that of the bytes, or some bytes did not fit it. */
char *charset_to_utf8(struct arena *arena, const char *bytes, size_t size, const char *charset, bool *as_declared);

/* Valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool charset_is_utf8(const char *bytes, size_t size);

#endif
