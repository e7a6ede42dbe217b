/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_pages.h"

#include <stdlib.h>
#include <string.h>

#include "ops_view.h"

struct ops_page {
    struct ops_page *next;
    struct ops_pages *pages;
    struct http_stream *stream;
    uint64_t session_id, told_ms, told_revision;
    struct ops_scope scope;
};

/* The text of one scope, for as long as a tick lasts. */
struct made { struct ops_scope scope; char *text; };

static void end_page(struct ops_page *page)
{
    struct ops_page **place = &page->pages->first;
    while (*place != page)
        place = &(*place)->next;
    *place = page->next;
    page->pages->count--;
    http_stream_end(&page->stream);
    free(page);
}

static void on_gone(void *context)
{
    struct ops_page *page = context;
    page->stream = NULL;
    end_page(page);
}

/* One who is signed in takes no place from others. The list has the newest first. */
static void make_room_in_session(struct ops_pages *pages, uint64_t session_id)
{
    struct ops_page *oldest = NULL;
    uint32_t count = 0;
    for (struct ops_page *page = pages->first; page; page = page->next) {
        if (page->session_id != session_id)
            continue;
        oldest = page;
        count++;
    }
    if (count >= OPS_PAGES_OF_SESSION_MAX)
        end_page(oldest);
}

void ops_pages_listen(struct ops_pages *pages, struct http_call *call, uint64_t session_id, struct ops_scope scope, uint64_t now_ms)
{
    make_room_in_session(pages, session_id);
    struct ops_page *page = pages->count < OPS_PAGES_MAX ? calloc(1, sizeof *page) : NULL;
    if (!page) {
        http_call_reply_error(call, 503, "too many pages", 5);
        return;
    }
    *page = (struct ops_page){.next = pages->first, .pages = pages, .session_id = session_id, .scope = scope};
    page->told_ms = now_ms > OPS_TOLD_EVERY_MS ? now_ms - OPS_TOLD_EVERY_MS : 0;   /* the next tick tells it */
    http_call_add_header(call, "Cache-Control", "no-store");
    http_call_add_header(call, "X-Content-Type-Options", "nosniff");
    http_call_add_header(call, "X-Accel-Buffering", "no");   /* nginx passes it on at once */
    page->stream = http_stream_begin(call, "text/event-stream", on_gone, page);
    if (!page->stream) {
        free(page);
        return;
    }
    pages->first = page;
    pages->count++;
}

static void send_event(struct ops_page *page, const char *event, const char *data)
{
    static const char head[] = "event: ", middle[] = "\ndata: ", end[] = "\n\n";
    http_stream_send(page->stream, head, sizeof head - 1);
    http_stream_send(page->stream, event, strlen(event));
    http_stream_send(page->stream, middle, sizeof middle - 1);
    http_stream_send(page->stream, data, strlen(data));
    http_stream_send(page->stream, end, sizeof end - 1);
}

static bool is_due(const struct ops_page *page, uint64_t now_ms)
{
    uint64_t since_ms = now_ms - page->told_ms;
    bool changed = page->told_revision != page->pages->feed->board.revision;
    return http_stream_queued(page->stream) <= OPS_QUEUED_MAX && (since_ms >= OPS_TOLD_EVERY_MS || (changed && since_ms >= OPS_TOLD_AT_MOST_EVERY_MS));
}

static void tell(struct ops_page *page, uint64_t now_ms, struct made *made)
{
    if (!made->text || made->scope.all != page->scope.all || made->scope.team != page->scope.team) {
        json_t *view = ops_view_json(page->pages->feed, &page->scope);
        free(made->text);
        *made = (struct made){.scope = page->scope, .text = json_dumps(view, JSON_COMPACT)};
        json_decref(view);
    }
    if (!made->text)
        return;
    send_event(page, "state", made->text);
    page->told_ms = now_ms;
    page->told_revision = page->pages->feed->board.revision;
}

void ops_pages_tick(struct ops_pages *pages, uint64_t now_ms, ops_pages_judge *judge, void *context)
{
    struct made made = {.text = NULL};
    for (struct ops_page *page = pages->first, *next; page; page = next) {
        next = page->next;
        struct ops_scope scope;
        if (!judge(context, page->session_id, &scope)) {
            send_event(page, "signed_out", "{}");
            end_page(page);
            continue;
        }
        page->scope = scope;
        if (is_due(page, now_ms))
            tell(page, now_ms, &made);
    }
    free(made.text);
}

void ops_pages_close(struct ops_pages *pages)
{
    while (pages->first)
        end_page(pages->first);
}
