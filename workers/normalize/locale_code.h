/* SPDX-License-Identifier: Apache-2.0
 *
 * locale_code - what people and browsers call countries and languages -> codes.
 */
#ifndef LOCALE_CODE_H
#define LOCALE_CODE_H

#include <stdbool.h>

struct country_code { char text[3]; };    /* ISO 3166-1 alpha-2 */
struct language_code { char text[9]; };   /* BCP 47 primary tag */

/* "it", "ITA", "Italy", "Italia", "Italien" -> IT. False, *out then "", when unknown. */
bool country_code_read(const char *text, struct country_code *out);
/* "it", "it-IT", "it_IT.UTF-8", "it,en;q=0.8", "Italian", "italiano" -> it. */
bool language_code_read(const char *text, struct language_code *out);
/* The language most spoken there: IT -> it. */
bool language_code_of_country(const char *country, struct language_code *out);

#endif
