/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_context.h"

#include <stdio.h>
#include <string.h>

#include "wall_clock.h"

enum { ID_AT = 3, ID_DIGITS = 32, PARENT_AT = 36, PARENT_DIGITS = 16, FLAGS_AT = 53, FLAGS_DIGITS = 2, WHOLE = TRACE_PARENT_SIZE - 1 };

static bool are_digits(const char *at, size_t count)
{
    return strspn(at, "0123456789abcdef") >= count;
}

static bool is_zero(const char *at, size_t count)
{
    return strspn(at, "0") >= count;
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

static void make_id(char *out, unsigned bytes)
{
    unsigned char random[ID_DIGITS / 2];

    random_bytes(random, bytes);
    random[0] |= 1;      /* never all zero */
    for (unsigned i = 0; i < bytes; i++)
        snprintf(out + (size_t)2 * i, 3, "%02x", random[i]);
}

bool trace_parent_continue(const char *received, char out[TRACE_PARENT_SIZE])
{
    char id[ID_DIGITS + 1], parent[PARENT_DIGITS + 1];
    const bool continues = received && is_trace_parent(received);

    make_id(id, ID_DIGITS / 2);
    make_id(parent, PARENT_DIGITS / 2);
    snprintf(out, TRACE_PARENT_SIZE, "00-%.32s-%s-%.2s", continues ? received + ID_AT : id, parent, continues ? received + FLAGS_AT : "01");
    return continues;
}

void trace_id_read(const char *trace_parent, char out[TRACE_ID_SIZE])
{
    snprintf(out, TRACE_ID_SIZE, "%.32s", is_trace_parent(trace_parent) ? trace_parent + ID_AT : "");
}
