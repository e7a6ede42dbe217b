/* SPDX-License-Identifier: Apache-2.0
 *
 * phone_plan - what libphonenumber says of a number written +CC..., from its own tables but without its expense.
 *
 * The library looks each number through some 35 regular expressions and takes 20 us; most of what a web form sends is already written
 * internationally. Such a number needs no reading, only a look into the numbering plan of its country. What is not plain is left to the
 * library; property.phone_plan holds the two to the same answers. Threads: one owner; the plans of a country are built when its first number comes.
 */
#ifndef PHONE_PLAN_H
#define PHONE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "phone_number.h"

#ifdef __cplusplus
extern "C" {
#endif

/* True: *out is what phone_number_read would give. False: ask the library; *out is untouched. */
bool phone_plan_read(const char *raw, struct phone_number *out);
/* The library's tables, a serialised PhoneMetadataCollection; *size_out 0: this build cannot reach them. */
const unsigned char *phone_plan_tables(size_t *size_out);

#ifdef __cplusplus
}
#endif
#endif
