/* SPDX-License-Identifier: Apache-2.0
 *
 * customer_row - a row of a list of customers -> what a broker is told of one. Phones and addresses are normalised as workers
 * do it, so that their contacts find them. Threads: one owner.
 */
#ifndef CUSTOMER_ROW_H
#define CUSTOMER_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "cli.h"
#include "csv_read.h"

enum { CUSTOMER_KEYS_MAX = 8, CUSTOMER_TEXT_SIZE = 400, CUSTOMER_WHY_SIZE = 160 };

/* Which column is what: names that the command line gives, else the usual ones. -1: none. */
struct customer_columns {
    int phones[CUSTOMER_KEYS_MAX], emails[CUSTOMER_KEYS_MAX];
    size_t phone_count, email_count;
    int owner, bought, bought_at;
};

struct customer_names { const struct cli_texts *phones, *emails; const char *owner, *bought, *bought_at; };

struct customer {
    char phones[CUSTOMER_KEYS_MAX][CUSTOMER_TEXT_SIZE], emails[CUSTOMER_KEYS_MAX][CUSTOMER_TEXT_SIZE];
    size_t phone_count, email_count;
    const char *owner, *bought;       /* borrowed from the row; "" */
    int64_t bought_unix_ms;           /* 0: not said */
};

/* Of the header row. False: a named column is not there, or neither phone nor email: why. */
bool customer_columns_find(const struct csv_reader *header, const struct customer_names *names, struct customer_columns *out,
                           char why[CUSTOMER_WHY_SIZE]);
/* False: why. region: of numbers without +; NULL. */
bool customer_row_read(const struct csv_reader *row, const struct customer_columns *columns, const char *region, struct customer *out,
                       char why[CUSTOMER_WHY_SIZE]);

#endif
