/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_id.h"

#include <assert.h>
#include <stddef.h>

/* Crockford's: no i, l, o, u, so that nobody reads 1 for l or 0 for o. */
static const char base32_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

static char *write_number(char *at, uint64_t value, unsigned base);
static const char *read_number(const char *text, unsigned base, uint64_t *out);

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

static char *write_number(char *at, uint64_t value, unsigned base)
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

/* -1 for what is no digit of the alphabet, NUL and dash included. */
static int digit_value(char digit)
{
    if (digit >= 'A' && digit <= 'Z')
        digit = (char)(digit - 'A' + 'a');
    for (int i = 0; i < 32; i++) {
        if (base32_digits[i] == digit)
            return i;
    }
    return -1;
}

/* Gives the place after the digits; NULL when there is none, a leading zero or an overflow. */
static const char *read_number(const char *text, unsigned base, uint64_t *out)
{
    const char *at = text;
    uint64_t value = 0;
    int digit;

    while ((digit = digit_value(*at)) >= 0 && (unsigned)digit < base) {
        if (value > (UINT64_MAX - (unsigned)digit) / base)
            return NULL;
        value = value * base + (unsigned)digit;
        at++;
    }
    if (at == text || (*text == '0' && at - text > 1))
        return NULL;
    *out = value;
    return at;
}
