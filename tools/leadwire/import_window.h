/* SPDX-License-Identifier: Apache-2.0
 *
 * import_window - rows of a file that were sent and are not settled yet, in the order of the file. Rows are settled in that
 * order, whatever order their answers come in: so what is counted is always a beginning of the file. Threads: one owner.
 */
#ifndef IMPORT_WINDOW_H
#define IMPORT_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "customer_row.h"
#include "leadwire/v1/session.pb-c.h"

enum { IMPORT_WINDOW_ROWS = 256 };

struct import_row {
    uint64_t ticket;              /* of its request; 0: there is none, or it is answered */
    uint64_t line;
    const char *raw;              /* borrowed from the file */
    size_t raw_size;
    Leadwire__V1__Status status;  /* once answered */
    char why[CUSTOMER_WHY_SIZE];
};

struct import_window { struct import_row rows[IMPORT_WINDOW_ROWS]; uint32_t first, count; };

/* The next row, behind the others and without a ticket; NULL when full. */
struct import_row *import_window_add(struct import_window *window, const struct csv_reader *row);
void import_window_answer(struct import_window *window, uint64_t ticket, Leadwire__V1__Status status, const char *why);
/* NULL: none is there. */
struct import_row *import_window_first(struct import_window *window);
void import_window_drop_first(struct import_window *window);

#endif
