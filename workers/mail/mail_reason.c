/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_reason.h"

#include <assert.h>
#include <stddef.h>

static const struct {
    const char *name;
    enum mail_place place;
} reasons[MAIL_REASON_COUNT] = {
#define X(name, text, place) [name] = {text, place},
    MAIL_REASON_TABLE(X)
#undef X
};

const char *mail_reason_name(enum mail_reason reason)
{
    assert((size_t)reason < MAIL_REASON_COUNT);
    return reasons[reason].name;
}

enum mail_place mail_reason_place(enum mail_reason reason)
{
    assert((size_t)reason < MAIL_REASON_COUNT);
    return reasons[reason].place;
}
