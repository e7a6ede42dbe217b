/* SPDX-License-Identifier: Apache-2.0
 *
 * caller_number - what stands where a caller's number should.
 */
#ifndef CALLER_NUMBER_H
#define CALLER_NUMBER_H

#include <stdbool.h>

/* What is put in place of a number that the caller withheld: nothing, words, or those words on a keypad. */
bool caller_number_withheld(const char *from);
/* Digits as people write them, so that it can be a number. */
bool caller_number_like(const char *text);

#endif
