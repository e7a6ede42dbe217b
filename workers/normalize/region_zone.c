/* SPDX-License-Identifier: Apache-2.0 */
#include "region_zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <unicode/ucal.h>
#include <unicode/uenum.h>
#include <unicode/ustring.h>

enum { ZONE_MAX = 64, WORDS_MAX = 128, LETTERS = 26 };

struct found { bool is_known; char zone[ZONE_MAX]; };

/* What stands for all zones of the region that keep this one's time; itself where ICU knows of none. */
static bool name_zone(const UChar *id, int32_t size, const char *region, char out[ZONE_MAX])
{
    UErrorCode status = U_ZERO_ERROR;
    UChar words[WORDS_MAX], main_id[WORDS_MAX];
    int32_t words_size = ucal_getWindowsTimeZoneID(id, size, words, WORDS_MAX, &status);
    int32_t main_size = words_size > 0 ? ucal_getTimeZoneIDForWindowsID(words, words_size, region, main_id, WORDS_MAX, &status) : 0;
    if (U_FAILURE(status))
        return false;
    u_strToUTF8(out, ZONE_MAX, NULL, main_size > 0 ? main_id : id, main_size > 0 ? main_size : size, &status);
    return U_SUCCESS(status) && status != U_STRING_NOT_TERMINATED_WARNING;
}

static void look_up(const char *region, char out[ZONE_MAX])
{
    UErrorCode status = U_ZERO_ERROR;
    UEnumeration *zones = ucal_openTimeZoneIDEnumeration(UCAL_ZONE_TYPE_CANONICAL_LOCATION, region, NULL, &status);
    const UChar *id;
    int32_t size;
    char zone[ZONE_MAX] = "";
    bool is_one = true;
    out[0] = '\0';
    while (U_SUCCESS(status) && is_one && (id = uenum_unext(zones, &size, &status)) != NULL) {
        is_one = name_zone(id, size, region, zone) && (out[0] == '\0' || strcmp(out, zone) == 0);
        memcpy(out, zone, sizeof zone);
    }
    uenum_close(zones);
    if (U_FAILURE(status) || !is_one)
        out[0] = '\0';
}

const char *region_zone(const char *region)
{
    static struct found all[LETTERS * LETTERS];
    for (int i = 0; i < 2; i++) {
        if (region[i] < 'A' || region[i] > 'Z')
            return "";
    }
    if (region[2] != '\0')
        return "";
    struct found *found = &all[(region[0] - 'A') * LETTERS + region[1] - 'A'];
    if (!found->is_known)
        look_up(region, found->zone);
    found->is_known = true;
    return found->zone;
}
