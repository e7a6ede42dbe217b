/* SPDX-License-Identifier: Apache-2.0 */
#include "locale_code.h"

#include <stdio.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include "text_clean.h"

enum { TAG_MAX = 64, DISPLAY_MAX = 128 };

/* Languages in which a form may name a country or a language, besides its own. */
static const char *const naming_languages[] = {"en", "it", "de", "fr", "es", "pt", "nl"};

typedef int32_t display_name(const char *locale, const char *display_locale, UChar *out, int32_t capacity,
                             UErrorCode *error);

static bool display_matches(display_name *display, const char *locale, const char *in_language, const UChar *wanted);
static bool named(display_name *display, const char *locale, const char *own_language, const UChar *wanted);
static bool to_wide(const char *text, UChar wide[DISPLAY_MAX]);

bool country_code_read(const char *text, struct country_code *out)
{
    *out = (struct country_code){""};
    UChar wanted[DISPLAY_MAX];
    if (!text || !to_wide(text, wanted))
        return false;

    for (const char *const *code = uloc_getISOCountries(); *code; code++) {
        char locale[TAG_MAX];
        struct language_code own;
        snprintf(locale, sizeof locale, "und_%s", *code);
        bool match = text_equal_nocase(text, *code) || text_equal_nocase(text, uloc_getISO3Country(locale));
        if (!match && strlen(text) > 3)
            match = named(uloc_getDisplayCountry, locale, language_code_of_country(*code, &own) ? own.text : NULL, wanted);
        if (match) {
            snprintf(out->text, sizeof out->text, "%.2s", *code);
            return true;
        }
    }
    if (text_equal_nocase(text, "UK"))
        snprintf(out->text, sizeof out->text, "GB");
    return out->text[0] != '\0';
}

bool language_code_read(const char *text, struct language_code *out)
{
    *out = (struct language_code){""};
    UChar wanted[DISPLAY_MAX];
    if (!text || !to_wide(text, wanted))
        return false;

    size_t primary = strcspn(text, "-_.,; ");
    bool is_tag = primary == 2 || primary == 3;
    for (const char *const *code = uloc_getISOLanguages(); *code; code++) {
        bool match = is_tag && ((strlen(*code) == primary && strncmp(*code, text, primary) == 0));
        if (!match && is_tag) {
            char tag[TAG_MAX];
            snprintf(tag, sizeof tag, "%.*s", (int)primary, text);
            match = text_equal_nocase(tag, *code) || text_equal_nocase(tag, uloc_getISO3Language(*code));
        }
        if (!match && primary > 3)
            match = named(uloc_getDisplayLanguage, *code, *code, wanted);
        if (match) {
            snprintf(out->text, sizeof out->text, "%s", *code);
            return true;
        }
    }
    return false;
}

static bool ask_language_of_country(const char *country, struct language_code *out)
{
    *out = (struct language_code){""};
    if (!country || strlen(country) != 2)
        return false;
    char tag[TAG_MAX], likely[TAG_MAX], language[TAG_MAX];
    UErrorCode error = U_ZERO_ERROR;
    snprintf(tag, sizeof tag, "und_%s", country);
    uloc_addLikelySubtags(tag, likely, TAG_MAX, &error);
    int32_t size = uloc_getLanguage(likely, language, TAG_MAX, &error);
    if (U_FAILURE(error) || size <= 0 || (size_t)size >= sizeof out->text || strcmp(language, "und") == 0)
        return false;
    snprintf(out->text, sizeof out->text, "%.8s", language);
    return true;
}

/* Asked of the library once for each country: it takes longer than cleaning all of a contact's texts. */
bool language_code_of_country(const char *country, struct language_code *out)
{
    enum { LETTERS = 26 };
    static struct { struct language_code code; bool is_asked, is_known; } countries[LETTERS][LETTERS];
    if (!country || strlen(country) != 2 || country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z')
        return ask_language_of_country(country, out);
    const int first = country[0] - 'A', second = country[1] - 'A';
    if (!countries[first][second].is_asked)
        countries[first][second].is_known = ask_language_of_country(country, &countries[first][second].code);
    countries[first][second].is_asked = true;
    *out = countries[first][second].code;
    return countries[first][second].is_known;
}

static bool named(display_name *display, const char *locale, const char *own_language, const UChar *wanted)
{
    for (size_t i = 0; i < sizeof naming_languages / sizeof *naming_languages; i++)
        if (display_matches(display, locale, naming_languages[i], wanted))
            return true;
    return own_language && display_matches(display, locale, own_language, wanted);
}

static bool display_matches(display_name *display, const char *locale, const char *in_language, const UChar *wanted)
{
    UErrorCode error = U_ZERO_ERROR;
    UChar name[DISPLAY_MAX];
    int32_t size = display(locale, in_language, name, DISPLAY_MAX, &error);
    return U_SUCCESS(error) && size > 0 && size < DISPLAY_MAX && u_strcasecmp(name, wanted, U_FOLD_CASE_DEFAULT) == 0;
}

static bool to_wide(const char *text, UChar wide[DISPLAY_MAX])
{
    UErrorCode error = U_ZERO_ERROR;
    int32_t size = 0;
    u_strFromUTF8(wide, DISPLAY_MAX, &size, text, -1, &error);
    return U_SUCCESS(error) && size > 0 && size < DISPLAY_MAX;
}
