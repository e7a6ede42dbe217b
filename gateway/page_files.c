/* SPDX-License-Identifier: Apache-2.0 */
#include "page_files.h"

#include <string.h>

static const char *content_type(const char *name)
{
    static const struct { const char *ending, *type; } types[] = {
        {".html", "text/html; charset=utf-8"}, {".css", "text/css; charset=utf-8"}, {".mjs", "text/javascript; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"}, {".webmanifest", "application/manifest+json"}, {".svg", "image/svg+xml"},
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
    http_call_reply(call, status, file ? content_type(name) : NULL, file ? (const char *)file->bytes : NULL, file ? file->size : 0);
}

void page_file_reply(const struct page_file *file, struct http_call *call)
{
    const char *had = http_call_header(call, "If-None-Match");
    http_call_add_header(call, "Cache-Control", "no-cache");
    http_call_add_header(call, "ETag", file->etag);
    if (had && strcmp(had, file->etag) == 0)
        http_call_reply(call, 304, NULL, NULL, 0);
    else
        http_call_reply(call, 200, content_type(file->name), (const char *)file->bytes, file->size);
}
