/* SPDX-License-Identifier: Apache-2.0 */
#include "web_url.h"

#include <string.h>
#include <strings.h>

bool web_url_is_valid(const char *url)
{
    static const char *const schemes[] = {"https://", "http://"};
    for (const char *c = url; *c; c++) {
        if (*c <= ' ' || *c > '~' || strchr("\"<>\\^`{|}", *c))
            return false;
    }
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t size = strlen(schemes[i]);
        if (strncasecmp(url, schemes[i], size) == 0)
            return url[size] != '\0' && !strchr("/?#:@", url[size]);
    }
    return false;
}
