/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_desks.h"

#include <leadwire/lead.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_stream.h"
#include "lw_log.h"
#include "rep_key.h"
#include "rep_secret.h"
#include "secret_file.h"
#include "wall_clock.h"

struct rep_seat {
    struct rep_seat *next;
    struct rep_desks *desks;
    struct rep_desk *desk;
    struct http_stream *stream;     /* NULL: the page is away, since left_ms */
    struct event *frame_due;        /* pending: a change waits for the next frame */
    char rep[LW_NAME_MAX + 1], page[PAGE_ID_MAX + 1];
    uint64_t session_id, left_ms, beat_ms, told_ms;
    uint64_t stays_until_ms;        /* without its page */
    bool dirty;                     /* the page does not have the newest state */
};

static struct rep_seat *find_seat(const struct rep_desks *desks, const char *rep);
static struct rep_seat *make_seat(struct rep_desks *desks, const char *rep, struct http_call *call);
static void end_seat(struct rep_seat *seat, bool log_off);
static void on_gone(void *context);
static void on_changed(void *context);
static void on_refused(void *context, const char *reason);
static void tell(struct http_stream *stream, const char *event, const char *data);
static void tell_in_turn(struct rep_seat *seat);
static void tell_state(struct rep_seat *seat);
static void on_frame_due(evutil_socket_t fd, short what, void *context);

uint32_t rep_desks_connected(const struct rep_desks *desks)
{
    uint32_t count = 0;
    for (const struct rep_seat *seat = desks->first; seat; seat = seat->next)
        count += rep_desk_is_connected(seat->desk);
    return count;
}

static struct http_stream *begin_stream(struct http_call *call, http_stream_gone *gone, void *context)
{
    http_call_add_header(call, "Cache-Control", "no-store");
    http_call_add_header(call, "X-Content-Type-Options", "nosniff");
    http_call_add_header(call, "X-Accel-Buffering", "no");   /* nginx passes it on at once */
    return http_stream_begin(call, "text/event-stream", gone, context);
}

static void ignore_gone(void *context)
{
    (void)context;
}

/* To a page that does not get the desk: a stream of one event. */
static void send_away(struct http_call *call)
{
    struct http_stream *stream = begin_stream(call, ignore_gone, NULL);
    if (stream)
        tell(stream, "elsewhere", "{\"by\": \"page\"}");
    http_stream_end(&stream);
}

void rep_desks_listen(struct rep_desks *desks, const struct page_of_rep *page, struct http_call *call)
{
    struct rep_seat *seat = find_seat(desks, page->rep);
    bool is_same = seat && strcmp(seat->page, page->page) == 0 && seat->session_id == page->session_id;
    if (seat && !is_same && !page->take) {
        send_away(call);
        return;
    }
    if (!seat)
        seat = make_seat(desks, page->rep, call);
    if (!seat)
        return;
    if (seat->stream && !is_same)
        tell(seat->stream, "elsewhere", "{\"by\": \"page\"}");
    http_stream_end(&seat->stream);
    snprintf(seat->page, sizeof seat->page, "%s", page->page);
    seat->session_id = page->session_id;
    seat->left_ms = wall_clock_monotonic_ms();
    seat->beat_ms = seat->left_ms;
    seat->stream = begin_stream(call, on_gone, seat);
    tell_state(seat);
}

struct rep_desk *rep_desks_of_page(const struct rep_desks *desks, const char *rep, const char *page, uint64_t session_id)
{
    struct rep_seat *seat = find_seat(desks, rep);
    return seat && strcmp(seat->page, page) == 0 && seat->session_id == session_id ? seat->desk : NULL;
}

bool rep_desks_stay(struct rep_desks *desks, const struct page_of_rep *page, uint64_t for_ms)
{
    struct rep_seat *seat = find_seat(desks, page->rep);
    if (!seat || strcmp(seat->page, page->page) != 0 || seat->session_id != page->session_id)
        return false;
    seat->stays_until_ms = for_ms > 0 ? wall_clock_monotonic_ms() + for_ms : 0;
    tell_state(seat);
    return true;
}

struct rep_desk *rep_desks_find(const struct rep_desks *desks, const char *rep)
{
    struct rep_seat *seat = find_seat(desks, rep);
    return seat ? seat->desk : NULL;
}

static void end_signed_out(struct rep_seat *seat)
{
    if (seat->stream)
        tell(seat->stream, "signed_out", "{}");
    end_seat(seat, true);
}

void rep_desks_end_session(struct rep_desks *desks, uint64_t session_id)
{
    for (struct rep_seat *seat = desks->first, *next; seat; seat = next) {
        next = seat->next;
        if (seat->session_id == session_id)
            end_signed_out(seat);
    }
}

void rep_desks_tick(struct rep_desks *desks, uint64_t now_ms, rep_desks_judge *judge, void *context)
{
    for (struct rep_seat *seat = desks->first, *next; seat; seat = next) {
        next = seat->next;
        rep_desk_tick(seat->desk, now_ms);
        bool stays = now_ms < seat->stays_until_ms;
        if (!judge(context, seat->session_id, seat->rep, seat->stream || stays))
            end_signed_out(seat);
        else if (!seat->stream && !stays && now_ms - seat->left_ms >= (*desks->config)->page_grace_ms)
            end_seat(seat, true);
        else if (seat->dirty)
            tell_in_turn(seat);
        else if (seat->stream && now_ms - seat->beat_ms >= BEAT_EVERY_MS) {
            tell(seat->stream, "beat", "{}");
            seat->beat_ms = now_ms;
        }
    }
}

void rep_desks_renew(struct rep_desks *desks)
{
    for (struct rep_seat *seat = desks->first; seat; seat = seat->next)
        seat->dirty = true;
}

void rep_desks_close(struct rep_desks *desks)
{
    while (desks->first)
        end_seat(desks->first, false);
}

static struct rep_seat *find_seat(const struct rep_desks *desks, const char *rep)
{
    for (struct rep_seat *seat = desks->first; seat; seat = seat->next)
        if (strcmp(seat->rep, rep) == 0)
            return seat;
    return NULL;
}

static void on_choices(void *context, const struct lw_choices *choices)
{
    const struct rep_desks *desks = ((struct rep_seat *)context)->desks;
    desks->chooses(desks->chooses_context, choices);
}

static lw_status open_desk(struct rep_seat *seat)
{
    const struct gateway_config *config = *seat->desks->config;
    struct rep_desk_options options = {.base = seat->desks->base, .endpoint = config->broker, .desk = config->desk, .rep = seat->rep,
                                       .changed = on_changed, .refused = on_refused, .chooses = seat->desks->chooses ? on_choices : NULL,
                                       .context = seat};
    char *secret = NULL, key[REP_KEY_PATH_MAX], why[KEY_WHY_MAX] = "";
    lw_status status = config->rep_keys_path ? rep_key_find(config->rep_keys_path, seat->rep, key, why)
                                             : rep_secret_read(config->rep_secrets_path, seat->rep, &secret);
    if (status == LW_OK) {
        options.secret = secret;
        options.key_file = config->rep_keys_path ? key : NULL;
        status = rep_desk_open(&options, &seat->desk);
    } else if (!config->rep_keys_path) {
        snprintf(why, sizeof why, "%s", status == LW_NOT_FOUND ? "no secret in rep_secrets" : lw_status_text(status));
    }
    secret_free(&secret);
    if (status != LW_OK)
        log_error("no session for a rep: rep=%s reason=%s", seat->rep, why[0] ? why : lw_status_text(status));
    return status;
}

/* NULL after the call was answered. */
static struct rep_seat *make_seat(struct rep_desks *desks, const char *rep, struct http_call *call)
{
    struct rep_seat *seat = calloc(1, sizeof *seat);
    if (seat) {
        seat->desks = desks;
        snprintf(seat->rep, sizeof seat->rep, "%s", rep);
        seat->frame_due = event_new(desks->base, -1, 0, on_frame_due, seat);
        if (seat->frame_due && open_desk(seat) == LW_OK) {
            seat->next = desks->first;
            desks->first = seat;
            desks->count++;
            log_info("rep at the desk: rep=%s", rep);
            return seat;
        }
    }
    if (seat && seat->frame_due)
        event_free(seat->frame_due);
    free(seat);
    http_call_reply_error(call, 503, "no session for this rep", 5);
    return NULL;
}

static void end_seat(struct rep_seat *seat, bool log_off)
{
    struct rep_seat **place = &seat->desks->first;
    while (*place != seat)
        place = &(*place)->next;
    *place = seat->next;
    seat->desks->count--;
    log_info("rep leaves the desk: rep=%s", seat->rep);
    http_stream_end(&seat->stream);
    rep_desk_close(&seat->desk, log_off);
    event_free(seat->frame_due);
    free(seat);
}

static void on_gone(void *context)
{
    struct rep_seat *seat = context;
    seat->stream = NULL;
    seat->left_ms = wall_clock_monotonic_ms();
}

static void on_changed(void *context)
{
    struct rep_seat *seat = context;
    seat->dirty = true;
    tell_in_turn(seat);
}

static void on_frame_due(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    tell_in_turn(context);
}

static void on_refused(void *context, const char *reason)
{
    struct rep_seat *seat = context;
    bool elsewhere = strcmp(reason, "another device logged on") == 0;
    log_warning("the broker refuses a rep: rep=%s reason=%s", seat->rep, reason);
    if (seat->stream && elsewhere) {
        tell(seat->stream, "elsewhere", "{\"by\": \"device\"}");
    } else if (seat->stream) {
        json_t *data = json_pack("{s:s}", "reason", reason);
        char *text = json_dumps(data, JSON_COMPACT);
        tell(seat->stream, "refused", text ? text : "{}");
        free(text);
        json_decref(data);
    }
    end_seat(seat, false);
}

static void tell(struct http_stream *stream, const char *event, const char *data)
{
    char head[64];
    int size = snprintf(head, sizeof head, "event: %s\ndata: ", event);
    http_stream_send(stream, head, (size_t)size);
    http_stream_send(stream, data, strlen(data));
    http_stream_send(stream, "\n\n", 2);
}

/* At once, or when FRAME_EVERY_MS are over since the frame before: the newest state then stands for all between. */
static void tell_in_turn(struct rep_seat *seat)
{
    uint64_t since_ms = wall_clock_monotonic_ms() - seat->told_ms;
    if (since_ms > FRAME_EVERY_MS) {
        tell_state(seat);
        return;
    }
    const struct timeval wait = {.tv_usec = (suseconds_t)(FRAME_EVERY_MS + 1 - since_ms) * 1000};
    event_add(seat->frame_due, &wait);
}

static void tell_state(struct rep_seat *seat)
{
    seat->dirty = true;
    if (!seat->stream || http_stream_queued(seat->stream) > QUEUED_MAX)
        return;
    json_t *state = rep_desk_json(seat->desk);
    json_object_set_new(state, "stays_away", json_boolean(wall_clock_monotonic_ms() < seat->stays_until_ms));
    json_object_set_new(state, "rules", json_integer((json_int_t)seat->desks->page_rules->revision));
    char *text = json_dumps(state, JSON_COMPACT), id[32];
    if (text) {
        snprintf(id, sizeof id, "id: %llu\n", (unsigned long long)json_integer_value(json_object_get(state, "revision")));
        http_stream_send(seat->stream, id, strlen(id));
        tell(seat->stream, "state", text);
        seat->dirty = false;
        seat->beat_ms = seat->told_ms = wall_clock_monotonic_ms();
    }
    free(text);
    json_decref(state);
}
