/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_text - is this string fit for a name or a text?
 *
 * Well-formed UTF-8 as Unicode defines it: shortest form, no surrogates, nothing
 * above U+10FFFF. Control characters are U+0000-1F and U+007F-9F.
 * Threads: none; no state.
 */
#ifndef WIRE_TEXT_H
#define WIRE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

bool wire_text_is_utf8(const char *text, size_t size);
/* text must be well-formed. */
bool wire_text_has_control(const char *text, size_t size);

#endif
