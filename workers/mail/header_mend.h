/* SPDX-License-Identifier: Apache-2.0
 *
 * header_mend - makes the header of a mail, in place, one that gmime reads as people do.
 *
 *   "From  : x"            the obsolete space before the colon goes behind it
 *   two Content-Type       the first one counts, as for other readers: else the parts would be text
 */
#ifndef HEADER_MEND_H
#define HEADER_MEND_H

#include <stddef.h>

/* bytes begin with the header; what follows the first empty line is left alone. */
void header_mend(char *bytes, size_t size);
/* Takes comments and blanks out of what stands in <>, outside quotes: "<jdoe@machine(mine).  example>". In place. */
void header_mend_addresses(char *value);

#endif
