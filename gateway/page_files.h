/* SPDX-License-Identifier: Apache-2.0
 *
 * page_files - the pages, scripts, styles and texts of gateway/pages, in the program. Threads: any.
 */
#ifndef PAGE_FILES_H
#define PAGE_FILES_H

#include <stddef.h>

#include "http_door.h"

struct page_file {
    const char *name;          /* "desk.html" */
    const char *etag;          /* with its quotes */
    const unsigned char *bytes;
    size_t size;
};

/* Made by the build. The last has no name. */
extern const struct page_file page_file_table[];

/* NULL if there is none. */
const struct page_file *page_files_find(const char *name);
/* The same for a name that is asked for, or 404. */
void page_file_serve(struct http_call *call, const char *name);
/* The same with a status of its own, in place of the page that was asked for: no cache keeps it. */
void page_file_serve_instead(struct http_call *call, int status, const char *name);
/* Answers with the file: caches may keep it and ask each time whether it is still the same. */
void page_file_reply(const struct page_file *file, struct http_call *call);

#endif
