/* SPDX-License-Identifier: Apache-2.0
 *
 * binary_text - bytes written as hex digits or base64 (RFC 4648), read back strictly.
 *
 * Hex in either case. Base64 with the standard alphabet and its padding, nothing around it
 * and no stray bits at its end, so that each value has one text. Threads: none.
 */
#ifndef BINARY_TEXT_H
#define BINARY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the bytes to out[capacity]. False, *size_out then 0: not such a text, or too long. */
bool binary_text_from_hex(const char *text, size_t size, unsigned char *out, size_t capacity, size_t *size_out);
bool binary_text_from_base64(const char *text, size_t size, unsigned char *out, size_t capacity, size_t *size_out);
/* Write the text and a NUL to out[capacity]. False, out then "": too long. */
bool binary_text_to_hex(const unsigned char *bytes, size_t size, char *out, size_t capacity);
bool binary_text_to_base64(const unsigned char *bytes, size_t size, char *out, size_t capacity);

#endif
