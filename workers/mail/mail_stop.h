/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_stop - does a mail say that its writer wants to hear no more of us, and nothing else?
 *
 * Known in English, Italian, German, French, Spanish, Portuguese and Dutch. A longer text is for a person to read:
 * "please stop by on Monday" is no wish to be left alone.
 */
#ifndef MAIL_STOP_H
#define MAIL_STOP_H

#include <stdbool.h>

/* text: UTF-8, without quoted message and signature. True: its first line is one of the known phrases, beside words of politeness
 * and marks, and at most a name of two words follows. */
bool mail_says_stop(const char *text);

#endif
