/* SPDX-License-Identifier: Apache-2.0 */
#include "customer_row.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "email_address.h"
#include "phone_number.h"

/* As address books, spreadsheets and CRMs export them; all of phones and emails count, of the others the first that is there. */
static const char *const usual_phones[] = {"phone", "telephone", "tel", "mobile", "cell", "telefono", "cellulare", "telefon", "handy", "phone number", "mobile phone",
                                           "home phone", "business phone", "phone 1 - value", "phone 2 - value", "mobil", "t\xC3\xA9l\xC3\xA9phone",
                                           "tel\xC3\xA9" "fono", "m\xC3\xB3vil", NULL};
static const char *const usual_emails[] = {"email", "e-mail", "mail", "email address", "e-mail address", "e-mail 1 - value", "e-mail 2 - value", "indirizzo email",
                                           "e-mail-adresse", "courriel", "correo", NULL};
static const char *const usual_owners[] = {"owner", "account owner", "account_owner", "rep", "account manager", "sales rep", "salesperson", "venditore",
                                           "betreuer", "commercial", "comercial", NULL};
static const char *const usual_bought[] = {"bought", "product", "last product", "prodotto", "produkt", "produit", "producto", NULL};
static const char *const usual_dates[] = {"bought at", "bought_at", "date", "purchase date", "purchase_date", "data", "data acquisto", "datum", "kaufdatum",
                                          "date d'achat", "fecha", NULL};

static int find_column(const struct csv_reader *header, const char *name)
{
    for (size_t i = 0; i < header->field_count; i++) {
        if (strcasecmp(header->fields[i], name) == 0)
            return (int)i;
    }
    return -1;
}

static bool named(const struct csv_reader *header, const char *name, const char *const *usual, int *out, char why[CUSTOMER_WHY_SIZE])
{
    *out = -1;
    for (size_t i = 0; name == NULL && *out < 0 && usual[i] != NULL; i++)
        *out = find_column(header, usual[i]);
    if (name != NULL)
        *out = find_column(header, name);
    if (name != NULL && *out < 0)
        snprintf(why, CUSTOMER_WHY_SIZE, "there is no column '%.100s'", name);
    return name == NULL || *out >= 0;
}

/* All that are named, else all usual ones. */
static bool named_several(const struct csv_reader *header, const struct cli_texts *names, const char *const *usual, int *out, size_t *count,
                          char why[CUSTOMER_WHY_SIZE])
{
    int column;
    *count = 0;
    for (size_t i = 0; i < names->count && *count < CUSTOMER_KEYS_MAX; i++) {
        if (!named(header, names->items[i], usual, &column, why))
            return false;
        out[(*count)++] = column;
    }
    for (size_t i = 0; names->count == 0 && usual[i] != NULL && *count < CUSTOMER_KEYS_MAX; i++) {
        column = find_column(header, usual[i]);
        if (column >= 0)
            out[(*count)++] = column;
    }
    return true;
}

bool customer_columns_find(const struct csv_reader *header, const struct customer_names *names, struct customer_columns *out,
                           char why[CUSTOMER_WHY_SIZE])
{
    if (!named_several(header, names->phones, usual_phones, out->phones, &out->phone_count, why) ||
        !named_several(header, names->emails, usual_emails, out->emails, &out->email_count, why) ||
        !named(header, names->owner, usual_owners, &out->owner, why) || !named(header, names->bought, usual_bought, &out->bought, why) ||
        !named(header, names->bought_at, usual_dates, &out->bought_at, why))
        return false;
    if (out->phone_count + out->email_count > 0)
        return true;
    snprintf(why, CUSTOMER_WHY_SIZE, "no column is called as a phone or an email; name them with --phone, --email");
    return false;
}

static const char *field(const struct csv_reader *row, int column)
{
    return column >= 0 && (size_t)column < row->field_count ? row->fields[column] : "";
}

/* 2026-05-31, 31.05.2026, 31/05/2026: noon of that day. */
static bool read_day(const char *text, int64_t *unix_ms)
{
    int year, month, day, end = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 && sscanf(text, "%2d.%2d.%4d%n", &day, &month, &year, &end) != 3 &&
        sscanf(text, "%2d/%2d/%4d%n", &day, &month, &year, &end) != 3)
        return false;
    if (end == 0 || strchr("T ", text[end]) == NULL || year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    struct tm noon = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = 12, .tm_isdst = -1};
    const time_t seconds = mktime(&noon);
    *unix_ms = (int64_t)seconds * 1000;
    return seconds > 0 && noon.tm_mday == day;
}

static bool wrong(char why[CUSTOMER_WHY_SIZE], const char *what)
{
    snprintf(why, CUSTOMER_WHY_SIZE, "%s", what);
    return false;
}

static bool read_phones(const struct csv_reader *row, const struct customer_columns *columns, const char *region, struct customer *out)
{
    bool good = true;
    for (size_t i = 0; i < columns->phone_count; i++) {
        struct phone_number number;
        const char *text = field(row, columns->phones[i]);
        if (text[0] == '\0')
            continue;
        if (phone_number_read(text, region, &number))
            snprintf(out->phones[out->phone_count++], CUSTOMER_TEXT_SIZE, "%s", number.e164);
        else
            good = false;
    }
    return good;
}

static bool read_emails(const struct csv_reader *row, const struct customer_columns *columns, struct customer *out)
{
    bool good = true;
    for (size_t i = 0; i < columns->email_count; i++) {
        struct email_address address;
        const char *text = field(row, columns->emails[i]);
        if (text[0] == '\0')
            continue;
        if (email_address_read(text, strlen(text), &address))
            snprintf(out->emails[out->email_count++], CUSTOMER_TEXT_SIZE, "%s", address.key);
        else
            good = false;
    }
    return good;
}

bool customer_row_read(const struct csv_reader *row, const struct customer_columns *columns, const char *region, struct customer *out,
                       char why[CUSTOMER_WHY_SIZE])
{
    const char *day = field(row, columns->bought_at);
    *out = (struct customer){.owner = field(row, columns->owner), .bought = field(row, columns->bought)};
    const bool phones_good = read_phones(row, columns, region, out), emails_good = read_emails(row, columns, out);
    if (out->phone_count + out->email_count == 0)
        return wrong(why, !phones_good && region == NULL ? "the phone cannot be read; numbers without + need --region" :
                          !phones_good ? "the phone cannot be read" : !emails_good ? "the email is no address" : "neither phone nor email");
    if (day[0] != '\0' && !read_day(day, &out->bought_unix_ms))
        return wrong(why, "the day is none: 2026-05-31, 31.05.2026 or 31/05/2026");
    return true;
}
