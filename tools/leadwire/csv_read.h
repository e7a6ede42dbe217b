/* SPDX-License-Identifier: Apache-2.0
 *
 * csv_read - rows of a CSV file, as spreadsheets write them: RFC 4180, and what is common beside it.
 *
 * Fields are divided by comma, semicolon or tab: whichever the first line has most of. Quoted fields may hold dividers, line
 * ends and doubled quotes. Lines end with LF, CR LF or CR. A UTF-8 byte order mark is skipped; bytes that are no UTF-8 are
 * read as Latin-1. Empty lines are no rows. Works on bytes in memory, which stay as they are. Threads: one owner.
 */
#ifndef CSV_READ_H
#define CSV_READ_H

#include <stddef.h>
#include <stdint.h>

enum { CSV_COLUMNS_MAX = 256, CSV_ROW_SIZE_MAX = 64 * 1024 };

enum csv_result {
    CSV_ROW,
    CSV_END,
    CSV_BAD,        /* more columns or bytes than the bounds, or a quote that never ends (the row is then its first line): why; the next row may be good */
};

struct csv_reader {
    const char *bytes;
    size_t size, at;
    uint64_t next_line;
    char divider;
    /* of the row read last */
    uint64_t line;                           /* where it begins, from 1 */
    const char *fields[CSV_COLUMNS_MAX];     /* NUL-terminated, trimmed of spaces */
    size_t field_count;
    const char *raw;                         /* as it stands in the file, without its line end */
    size_t raw_size;
    const char *why;
    char text[2 * CSV_ROW_SIZE_MAX + CSV_COLUMNS_MAX];   /* Latin-1 may double */
};

/* Large: not on a deep stack. */
void csv_reader_init(struct csv_reader *reader, const char *bytes, size_t size);
enum csv_result csv_reader_next(struct csv_reader *reader);

#endif
