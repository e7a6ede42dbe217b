/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_id.h"

#include <assert.h>
#include <stddef.h>

/* Crockford's: no i, l, o, u, so that nobody reads 1 for l or 0 for o. */
static const char base32_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

/* Inline: where the base is a constant, no division is left. */
static inline char *write_number(char *at, uint64_t value, unsigned base);
static inline const char *read_number(const char *text, unsigned base, uint64_t *out);

/* A digit's value plus 1; 0 for what is no digit of the alphabet, NUL and dash included. Either case. */
static const uint8_t digit_values[256] = {
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
    ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['g'] = 17, ['h'] = 18, ['j'] = 19, ['k'] = 20, ['m'] = 21,
    ['n'] = 22, ['p'] = 23, ['q'] = 24, ['r'] = 25, ['s'] = 26, ['t'] = 27, ['v'] = 28, ['w'] = 29, ['x'] = 30, ['y'] = 31, ['z'] = 32,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16, ['G'] = 17, ['H'] = 18, ['J'] = 19, ['K'] = 20, ['M'] = 21,
    ['N'] = 22, ['P'] = 23, ['Q'] = 24, ['R'] = 25, ['S'] = 26, ['T'] = 27, ['V'] = 28, ['W'] = 29, ['X'] = 30, ['Y'] = 31, ['Z'] = 32,
};

int desk_id_compare(struct desk_id a, struct desk_id b)
{
    if (a.epoch != b.epoch)
        return a.epoch < b.epoch ? -1 : 1;
    return (a.number > b.number) - (a.number < b.number);
}

int desk_id_format(struct desk_id id, char text[DESK_ID_TEXT_MAX])
{
    char *at = write_number(text, id.epoch, 32);

    *at++ = '-';
    at = write_number(at, id.number, 10);
    *at = '\0';
    assert(at - text < DESK_ID_TEXT_MAX);
    return (int)(at - text);
}

bool desk_id_parse(const char *text, struct desk_id *out)
{
    struct desk_id id;
    const char *at = read_number(text, 32, &id.epoch);

    if (!at || *at != '-')
        return false;
    at = read_number(at + 1, 10, &id.number);
    if (!at || *at != '\0')
        return false;
    *out = id;
    return true;
}

static inline char *write_number(char *at, uint64_t value, unsigned base)
{
    char digits[20];       /* UINT64_MAX: 13 digits in base 32, 20 in base 10 */
    int count = 0;

    do {
        digits[count++] = base32_digits[value % base];
        value /= base;
    } while (value != 0);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

/* Gives the place after the digits; NULL when there is none, a leading zero or an overflow. */
static inline const char *read_number(const char *text, unsigned base, uint64_t *out)
{
    const uint64_t safe_max = UINT64_MAX / base - 1;      /* up to here one more digit cannot overflow */
    const char *at = text;
    uint64_t value = 0;

    for (;; at++) {
        unsigned digit = digit_values[(unsigned char)*at] - 1u;
        if (digit >= base)
            break;
        if (value > safe_max && value > (UINT64_MAX - digit) / base)
            return NULL;
        value = value * base + digit;
    }
    if (at == text || (*text == '0' && at - text > 1))
        return NULL;
    *out = value;
    return at;
}
