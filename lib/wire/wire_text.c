/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_text.h"

#include <stdint.h>
#include <string.h>

static size_t skip_ascii(const uint8_t *bytes, size_t size);
static size_t sequence_size(const uint8_t *bytes, size_t left);

bool wire_text_is_utf8(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = skip_ascii(bytes, size);

    while (at < size) {
        size_t step = sequence_size(bytes + at, size - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

bool wire_text_has_control(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;

    for (size_t at = 0; at < size; at++) {
        if (bytes[at] < 0x20 || bytes[at] == 0x7f)
            return true;
        if (bytes[at] == 0xc2 && at + 1 < size && bytes[at + 1] < 0xa0)
            return true;
    }
    return false;
}

/* Most text is ASCII: 8 bytes a step, as far as it goes. */
static size_t skip_ascii(const uint8_t *bytes, size_t size)
{
    size_t at = 0;

    while (size - at >= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes + at, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
        at += sizeof word;
    }
    return at;
}

/* The length of the well-formed sequence at bytes, 0 if there is none. left > 0. */
static size_t sequence_size(const uint8_t *bytes, size_t left)
{
    /* The second byte's range closes overlong forms, surrogates and what is above U+10FFFF. */
    uint8_t first = bytes[0], second_min = 0x80, second_max = 0xbf;
    size_t size;

    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    if (first < 0xe0) {
        size = 2;
    } else if (first < 0xf0) {
        size = 3;
        if (first == 0xe0)
            second_min = 0xa0;
        else if (first == 0xed)
            second_max = 0x9f;
    } else {
        size = 4;
        if (first == 0xf0)
            second_min = 0x90;
        else if (first == 0xf4)
            second_max = 0x8f;
    }
    if (left < size || bytes[1] < second_min || bytes[1] > second_max)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    return size;
}
