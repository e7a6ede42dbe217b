/* SPDX-License-Identifier: Apache-2.0
 * Any file of customers: its columns and rows are read within bounds, or refused in words; what is read of a row is whole, and
 * the same when it is read again. The first byte says the region (its two low bits) and whether columns are named (the third). */
#include "customer_row.h"

#include <string.h>

#include "door_promises.h"
#include "email_address.h"
#include "phone_number.h"

static const char *const regions[] = {NULL, "IT", "US", "GB"};
static struct csv_reader reader;   /* large */

static void hold(bool kept, const char *promise)
{
    if (!kept)
        door_broken(promise);
}

static void hold_reason(const char why[CUSTOMER_WHY_SIZE])
{
    hold(why[0] != '\0' && memchr(why, '\0', CUSTOMER_WHY_SIZE) != NULL, "a refusal has words");
}

static bool is_column(int column)
{
    return column >= -1 && column < (int)reader.field_count;
}

static void hold_columns(const struct customer_columns *columns)
{
    hold(columns->phone_count <= CUSTOMER_KEYS_MAX && columns->email_count <= CUSTOMER_KEYS_MAX, "few columns");
    hold(columns->phone_count + columns->email_count > 0, "somebody can be found by them");
    hold(is_column(columns->owner) && is_column(columns->bought) && is_column(columns->bought_at), "columns of the header");
    for (size_t i = 0; i < columns->phone_count; i++)
        hold(columns->phones[i] >= 0 && is_column(columns->phones[i]), "a phone is a column of the header");
    for (size_t i = 0; i < columns->email_count; i++)
        hold(columns->emails[i] >= 0 && is_column(columns->emails[i]), "an email is a column of the header");
}

/* A list of customers may be imported again, also one that was exported: a key is its own key. */
static void hold_keys(const struct customer *customer)
{
    static struct phone_number number;
    static struct email_address address;
    for (size_t i = 0; i < customer->phone_count; i++) {
        const char *phone = customer->phones[i];
        hold(phone[0] == '+' && strspn(phone + 1, "0123456789") == strlen(phone + 1) && strlen(phone) > 1, "a phone is E.164");
        hold(phone_number_read(phone, NULL, &number) && strcmp(number.e164, phone) == 0, "a phone read again is itself");
    }
    for (size_t i = 0; i < customer->email_count; i++) {
        const char *email = customer->emails[i];
        hold(strchr(email, '@') != NULL && strpbrk(email, " \t\r\n") == NULL, "an email is an address");
        hold(email_address_read(email, strlen(email), &address) && strcmp(address.key, email) == 0, "an email's key is its own key");
    }
}

static bool is_same(const struct customer *one, const struct customer *other)
{
    if (one->phone_count != other->phone_count || one->email_count != other->email_count)
        return false;
    for (size_t i = 0; i < one->phone_count; i++)
        if (strcmp(one->phones[i], other->phones[i]) != 0)
            return false;
    for (size_t i = 0; i < one->email_count; i++)
        if (strcmp(one->emails[i], other->emails[i]) != 0)
            return false;
    return strcmp(one->owner, other->owner) == 0 && strcmp(one->bought, other->bought) == 0 && one->bought_unix_ms == other->bought_unix_ms;
}

static void hold_row(const struct customer_columns *columns, const char *region)
{
    static struct customer customer, again;
    char why[CUSTOMER_WHY_SIZE] = "", why_again[CUSTOMER_WHY_SIZE] = "";
    const bool read = customer_row_read(&reader, columns, region, &customer, why);
    hold(read == customer_row_read(&reader, columns, region, &again, why_again), "a row is read alike twice");
    hold(is_same(&customer, &again) && strcmp(why, why_again) == 0, "what is read of a row is the same twice");
    if (!read) {
        hold_reason(why);
        return;
    }
    hold(customer.phone_count + customer.email_count > 0, "a customer can be found");
    hold(customer.phone_count <= columns->phone_count && customer.email_count <= columns->email_count, "no more keys than columns");
    hold(customer.bought_unix_ms >= 0, "nobody bought before 1970");
    hold_keys(&customer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct cli_texts none, phones = {{"phone", "Handy"}, 2}, emails = {{"email"}, 1};
    struct customer_columns columns;
    char why[CUSTOMER_WHY_SIZE] = "";
    const uint8_t how = size > 0 ? bytes[0] : 0;
    const bool are_named = how & 4;
    const struct customer_names names = {
        .phones = are_named ? &phones : &none, .emails = are_named ? &emails : &none, .owner = are_named ? "owner" : NULL,
    };
    csv_reader_init(&reader, size > 0 ? (const char *)bytes + 1 : "", size > 0 ? size - 1 : 0);
    if (csv_reader_next(&reader) != CSV_ROW)
        return 0;
    if (!customer_columns_find(&reader, &names, &columns, why)) {
        hold_reason(why);
        return 0;
    }
    hold_columns(&columns);
    for (enum csv_result result; (result = csv_reader_next(&reader)) != CSV_END;) {
        if (result == CSV_ROW)
            hold_row(&columns, regions[how & 3]);
    }
    return 0;
}
