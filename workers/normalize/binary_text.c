/* SPDX-License-Identifier: Apache-2.0 */
#include "binary_text.h"

#include <string.h>

static const char hex_digits[] = "0123456789abcdefABCDEF";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int digit(const char *alphabet, char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* The capitals stand behind the small letters. */
static int hex_digit(char c)
{
    int value = digit(hex_digits, c);
    return value < 16 ? value : value - 6;
}

bool binary_text_from_hex(const char *text, size_t size, unsigned char *out, size_t capacity, size_t *size_out)
{
    *size_out = 0;
    if (size % 2 != 0 || size / 2 > capacity)
        return false;
    for (size_t i = 0; i < size; i += 2) {
        int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i / 2] = (unsigned char)(high << 4 | low);
    }
    *size_out = size / 2;
    return true;
}

/* Of the last four digits: how many bytes they stand for; 0: the padding is wrong. */
static size_t last_group(const char *four)
{
    if (four[3] != '=')
        return 3;
    if (four[2] != '=')
        return digit(base64_digits, four[2]) % 4 == 0 ? 2 : 0;
    return digit(base64_digits, four[1]) % 16 == 0 ? 1 : 0;
}

bool binary_text_from_base64(const char *text, size_t size, unsigned char *out, size_t capacity, size_t *size_out)
{
    *size_out = 0;
    if (size % 4 != 0)
        return false;
    size_t used = 0;
    for (size_t i = 0; i < size; i += 4) {
        size_t bytes = i + 4 < size ? 3 : last_group(text + i);
        unsigned value = 0;
        if (bytes == 0 || bytes > capacity - used)
            return false;
        for (size_t j = 0; j <= bytes; j++) {
            int six = digit(base64_digits, text[i + j]);
            if (six < 0)
                return false;
            value |= (unsigned)six << (18 - 6 * j);
        }
        for (size_t j = 0; j < bytes; j++)
            out[used++] = (unsigned char)(value >> (16 - 8 * j));
    }
    *size_out = used;
    return true;
}

bool binary_text_to_hex(const unsigned char *bytes, size_t size, char *out, size_t capacity)
{
    out[0] = '\0';
    if (size >= (capacity + 1) / 2)
        return false;
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = hex_digits[bytes[i] >> 4];
        out[2 * i + 1] = hex_digits[bytes[i] & 15];
    }
    out[2 * size] = '\0';
    return true;
}

bool binary_text_to_base64(const unsigned char *bytes, size_t size, char *out, size_t capacity)
{
    out[0] = '\0';
    if ((size + 2) / 3 * 4 >= capacity)
        return false;
    char *at = out;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i < 3 ? size - i : 3;
        unsigned value = (unsigned)bytes[i] << 16;
        value |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        value |= left > 2 ? bytes[i + 2] : 0;
        for (size_t j = 0; j < 4; j++)
            *at++ = j <= left ? base64_digits[value >> (18 - 6 * j) & 63] : '=';
    }
    *at = '\0';
    return true;
}
