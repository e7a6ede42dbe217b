/* SPDX-License-Identifier: Apache-2.0
 *
 * adf_text - finds the <adf> element in a text and mends what an XML parser would stop at.
 */
#ifndef ADF_TEXT_H
#define ADF_TEXT_H

#include "arena.h"

/* Where <adf> begins, letter case ignored; NULL if there is none. Only on a line that begins with markup: in the "> <adf>" of a
 * quoted message nobody asks for anything. */
const char *adf_text_find(const char *text);

/* From there to </adf>, or the end: well-formed as far as its tags are. Instructions and comments are left out, so are
 * characters that XML does not know; "&" and "<" that are no markup are escaped, element names become lower-case.
 * Nothing that stands before <adf> gets in, so no DOCTYPE and no entity of its own. NULL at the arena's cap. */
char *adf_text_mend(struct arena *arena, const char *adf);

#endif
