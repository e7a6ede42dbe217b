/* SPDX-License-Identifier: Apache-2.0
 *
 * page_files - the pages, scripts, styles and texts of gateway/pages, in the program. Threads: any.
 */
#ifndef PAGE_FILES_H
#define PAGE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "http_door.h"

struct page_bytes {
    const char *etag;          /* with its quotes; one of its own for each form, as RFC 9110 asks */
    const unsigned char *bytes;
    size_t size;
};

struct page_file {
    const char *name;          /* "desk.html" */
    struct page_bytes plain, gzipped;
};

/* Made by the build. The last has no name. */
extern const struct page_file page_file_table[];

/* NULL if there is none. */
const struct page_file *page_files_find(const char *name);
/* Whether a request's header Accept-Encoding (NULL: none) takes gzip. */
bool page_files_takes_gzip(const char *accept_encoding);
/* The same for a name that is asked for, or 404. */
void page_file_serve(struct http_call *call, const char *name);
/* The same with a status of its own, in place of the page that was asked for: no cache keeps it. */
void page_file_serve_instead(struct http_call *call, int status, const char *name);
/* Answers with the file, compressed for who takes that: caches may keep it and ask each time whether it is still the same. */
void page_file_reply(const struct page_file *file, struct http_call *call);

#endif
