/* SPDX-License-Identifier: Apache-2.0
 *
 * phone_number - a number as people write it -> E.164, through libphonenumber.
 *
 * The metadata ages, so "not valid" is a hint and never a reason to drop a
 * number. Threads: none; the library's tables are built at the first call.
 */
#ifndef PHONE_NUMBER_H
#define PHONE_NUMBER_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct phone_number {
    char e164[20];      /* "+390212345678" */
    char kind[12];      /* "mobile", "fixed", "toll_free", "voip"...; "" if unknown */
    char region[4];     /* ISO 3166-1 alpha-2; "" if it belongs to none (toll-free +800...) */
    bool valid;         /* as far as the metadata knows */
};

/* False when no number can be read from raw: *out is then zeroed. default_region (ISO 3166-1 alpha-2; NULL or
 * "": none) is how a number without +country is read. Extensions are left out of e164. */
bool phone_number_read(const char *raw, const char *default_region, struct phone_number *out);
/* The same by the library alone: for tests of what is done without it. */
bool phone_number_read_slowly(const char *raw, const char *default_region, struct phone_number *out);
/* A region the library knows numbers of. */
bool phone_region_known(const char *region);

#ifdef __cplusplus
}
#endif
#endif
