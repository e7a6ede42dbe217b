/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_context.h"

#include <string.h>

#include "wall_clock.h"

enum { ID_AT = 3, ID_DIGITS = 32, PARENT_AT = 36, PARENT_DIGITS = 16, FLAGS_AT = 53, FLAGS_DIGITS = 2, WHOLE = TRACE_PARENT_SIZE - 1 };

static const char digits[] = "0123456789abcdef";

static bool are_digits(const char *at, size_t count)
{
    size_t i = 0;
    while (i < count && ((at[i] >= '0' && at[i] <= '9') || (at[i] >= 'a' && at[i] <= 'f')))
        i++;
    return i == count;
}

static bool is_zero(const char *at, size_t count)
{
    size_t i = 0;
    while (i < count && at[i] == '0')
        i++;
    return i == count;
}

/* Later versions may add to the end, behind a '-'; ff is none. */
static bool is_trace_parent(const char *text)
{
    if (strlen(text) < WHOLE || (text[WHOLE] && (text[WHOLE] != '-' || strncmp(text, "00", 2) == 0)) || strncmp(text, "ff", 2) == 0)
        return false;
    return are_digits(text, 2) && text[ID_AT - 1] == '-' && are_digits(text + ID_AT, ID_DIGITS) && !is_zero(text + ID_AT, ID_DIGITS) &&
           text[PARENT_AT - 1] == '-' && are_digits(text + PARENT_AT, PARENT_DIGITS) && !is_zero(text + PARENT_AT, PARENT_DIGITS) &&
           text[FLAGS_AT - 1] == '-' && are_digits(text + FLAGS_AT, FLAGS_DIGITS);
}

/* From the system many ids at a time: asking it costs more than a contact's id should. */
static const unsigned char *take_random(size_t size)
{
    static _Thread_local unsigned char drawn[1024];
    static _Thread_local size_t left;

    if (left < size) {
        random_bytes(drawn, sizeof drawn);
        left = sizeof drawn;
    }
    left -= size;
    return drawn + left;
}

static void make_id(char *out, size_t digit_count)
{
    const unsigned char *random = take_random(digit_count / 2);

    for (size_t i = 0; i < digit_count; i++)
        out[i] = digits[(i % 2 ? random[i / 2] : random[i / 2] >> 4) & 15];
    out[1] = digits[(random[0] & 15) | 1];      /* never all zero */
}

bool trace_parent_continue(const char *received, char out[TRACE_PARENT_SIZE])
{
    static const char blank[] = "00-00000000000000000000000000000000-0000000000000000-01";
    _Static_assert(sizeof blank == TRACE_PARENT_SIZE, "a trace parent is as long as this");
    const bool continues = received && is_trace_parent(received);

    memmove(out, continues ? received : blank, WHOLE);
    memcpy(out, "00", 2);
    out[WHOLE] = '\0';
    if (!continues)
        make_id(out + ID_AT, ID_DIGITS);
    make_id(out + PARENT_AT, PARENT_DIGITS);
    return continues;
}

void trace_id_read(const char *trace_parent, char out[TRACE_ID_SIZE])
{
    const size_t size = is_trace_parent(trace_parent) ? ID_DIGITS : 0;

    memcpy(out, trace_parent + ID_AT, size);
    out[size] = '\0';
}
