/* SPDX-License-Identifier: Apache-2.0
 *
 * html_text - what a reader sees of an HTML body, as plain text.
 *
 * Blocks become lines, table cells are parted by tabs, list items start with
 * "- ", scripts, styles and quoted replies (blockquote of a mail program) are
 * left out. Hostile input is bounded: the parser's memory has a cap, its tree is never
 * walked by recursion; above the cap the tags are stripped without a parser.
 */
#ifndef HTML_TEXT_H
#define HTML_TEXT_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { HTML_SIZE_MAX = 256 * 1024, HTML_TAGS_MAX = 20000, HTML_PARSER_MEMORY_MAX = 48 * 1024 * 1024 };

/* html is UTF-8; what is beyond HTML_SIZE_MAX is not read. NUL-terminated text in the arena, NULL at its cap.
 * *parsed is false when the tags were only stripped. */
char *html_to_text(struct arena *arena, const char *html, size_t size, bool *parsed);

#endif
