/* SPDX-License-Identifier: Apache-2.0 */
#include "caller_number.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

bool caller_number_withheld(const char *from)
{
    static const char *const words[] = {"anonymous", "restricted", "unavailable", "unknown", "private", "+266696687", "266696687",
                                        "+7378742833", "+2562533", "+8656696", "+86282452253"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(from, words[i]) == 0)
            return true;
    return *from == '\0';
}

bool caller_number_like(const char *text)
{
    return strpbrk(text, "0123456789") && strspn(text, "+0123456789().- ") == strlen(text);
}
