/* SPDX-License-Identifier: Apache-2.0
 *
 * Nearly all text is ASCII without control characters: that is settled 8 bytes a step,
 * and only what is not is looked at byte by byte.
 */
#include "wire_text.h"

#include <stdint.h>
#include <string.h>

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

static uint64_t load_tail(const uint8_t *bytes, size_t size);
static uint64_t find_special(uint64_t word);
static size_t sequence_size(const uint8_t *bytes, size_t left);

bool wire_text_is_utf8(const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;

    while (at < size) {
        uint64_t word;
        if (size - at < sizeof word) {
            if (!(load_tail(bytes, size) & EACH_BYTE(0x80)))
                return true;
        } else {
            memcpy(&word, bytes + at, sizeof word);
            if (!(word & EACH_BYTE(0x80))) {
                at += sizeof word;
                continue;
            }
        }
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
    size_t at = 0;

    for (; size - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes + at, sizeof word);
        if (find_special(word))
            break;
    }
    if (size - at < sizeof(uint64_t) && size >= sizeof(uint64_t) && !find_special(load_tail(bytes, size)))
        return false;
    for (; at < size; at++) {
        if (bytes[at] < 0x20 || bytes[at] == 0x7f)
            return true;
        if (bytes[at] == 0xc2 && at + 1 < size && bytes[at + 1] < 0xa0)
            return true;
    }
    return false;
}

/* The last 8 bytes as a word; of fewer all, padded with 0. */
static uint64_t load_tail(const uint8_t *bytes, size_t size)
{
    uint64_t word = 0;

    if (size >= sizeof word) {
        memcpy(&word, bytes + size - sizeof word, sizeof word);
        return word;
    }
    for (size_t i = 0; i < size; i++)
        word = word << 8 | bytes[i];
    return word;
}

/* Not 0 if a byte is a control character or not ASCII; sometimes also if the byte after one is. */
static uint64_t find_special(uint64_t word)
{
    uint64_t below_space = word - EACH_BYTE(0x20);
    uint64_t is_del = (word ^ EACH_BYTE(0x7f)) - EACH_BYTE(0x01);

    return (below_space | is_del | word) & EACH_BYTE(0x80);
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
