/* SPDX-License-Identifier: Apache-2.0 */
#include "page_files.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *content_type(const char *name)
{
    static const struct { const char *ending, *type; } types[] = {
        {".html", "text/html; charset=utf-8"}, {".css", "text/css; charset=utf-8"}, {".mjs", "text/javascript; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"}, {".webmanifest", "application/manifest+json"}, {".svg", "image/svg+xml"}, {".png", "image/png"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i].ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

const struct page_file *page_files_find(const char *name)
{
    for (const struct page_file *file = page_file_table; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}

/* "gzip, deflate;q=0.5": a list of names, each with parameters; a weight of 0 refuses it (RFC 9110, 12.5.3). */
bool page_files_takes_gzip(const char *accept_encoding)
{
    for (const char *at = accept_encoding; at && *at;) {
        at += strspn(at, " \t,");
        size_t size = strcspn(at, " \t,;");
        bool is_gzip = size == 4 && strncasecmp(at, "gzip", 4) == 0;
        at += size;
        size_t rest = strcspn(at, ",");
        const char *weight = is_gzip ? memchr(at, '=', rest) : NULL;
        if (is_gzip)
            return !weight || strtod(weight + 1, NULL) > 0;
        at += rest;
    }
    return false;
}

void page_file_serve(struct http_call *call, const char *name)
{
    const struct page_file *file = page_files_find(name);
    if (file)
        page_file_reply(file, call);
    else
        http_call_reply_error(call, 404, "there is no such file", 0);
}

void page_file_serve_instead(struct http_call *call, int status, const char *name)
{
    const struct page_file *file = page_files_find(name);
    http_call_add_header(call, "Cache-Control", "no-store");
    http_call_reply(call, status, file ? content_type(name) : NULL, file ? (const char *)file->plain.bytes : NULL, file ? file->plain.size : 0);
}

void page_file_reply(const struct page_file *file, struct http_call *call)
{
    const char *had = http_call_header(call, "If-None-Match");
    bool is_gzipped = page_files_takes_gzip(http_call_header_joined(call, "Accept-Encoding"));
    const struct page_bytes *page = is_gzipped ? &file->gzipped : &file->plain;
    http_call_add_header(call, "Cache-Control", "no-cache");
    http_call_add_header(call, "Vary", "Accept-Encoding");
    http_call_add_header(call, "ETag", page->etag);
    if (had && strcmp(had, page->etag) == 0) {
        http_call_reply(call, 304, NULL, NULL, 0);
        return;
    }
    if (is_gzipped)
        http_call_add_header(call, "Content-Encoding", "gzip");
    http_call_reply(call, 200, content_type(file->name), (const char *)page->bytes, page->size);
}
