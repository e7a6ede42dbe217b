/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_browsers.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench.h"
#include "bench_desk.h"
#include "gateway_http.h"

enum { ACT_LINKS = 8, ACTS_MAX = 1 << 14, LEAD_ID_MAX = 64, CONNECT_WITHIN_S = 60, EVENTS_MAX = 256 };

struct browser {
    struct http_link stream;
    char cookie[128], csrf[64], rep[16];
    bool is_connected;
};

struct act {
    uint32_t browser;
    const char *name;
    char lead_id[LEAD_ID_MAX];
    uint64_t offer_number;
};

/* Acts of all browsers go over a few kept connections, one at a time on each. */
struct act_link { struct http_link http; bool is_busy; };

struct shown {
    uint32_t to;                    /* the browser's number and 1; 0: nobody yet */
    bool in_hand;
};

struct gateway_browsers {
    uint32_t count, connected;
    uint16_t port;
    int queue;
    struct browser *items;
    struct act_link links[ACT_LINKS];
    uint32_t next_link;
    struct act acts[ACTS_MAX];      /* a ring of those not sent yet */
    uint64_t acts_put, acts_sent;
    struct shown *shown;            /* by lead */
    bool asks;
    uint64_t asks_since_ns, asked_since;
    struct gateway_counts counts;
};

static void sign_in(struct http_link *link, struct browser *browser)
{
    char request[256];
    const char *answer, *cookie, *csrf;
    int size = snprintf(request, sizeof request, "GET /api/v1/session HTTP/1.1\r\nHost: bench\r\nX-Bench-User: %s\r\n\r\n", browser->rep);
    http_link_send(link, request, (size_t)size);
    int status = http_link_wait(link, &answer);
    cookie = strstr(answer, "Set-Cookie: ");
    csrf = strstr(answer, "\"csrf\"");
    if (status != 200 || !cookie || !csrf || sscanf(cookie, "Set-Cookie: %127[^;]", browser->cookie) != 1 ||
        sscanf(csrf, "\"csrf\"%*[ :]\"%63[0-9a-f]", browser->csrf) != 1)
        bench_give_up("the gateway signs nobody in");
}

static void watch(struct gateway_browsers *browsers, struct http_link *link, uint32_t number)
{
    struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = number};
    if (epoll_ctl(browsers->queue, EPOLL_CTL_ADD, link->fd, &wanted) != 0)
        bench_give_up("cannot watch a connection");
}

static void open_stream(struct gateway_browsers *browsers, uint32_t number)
{
    char request[512];
    struct browser *browser = &browsers->items[number];
    int size = snprintf(request, sizeof request, "GET /api/v1/desk/events?page=p HTTP/1.1\r\nHost: bench\r\nCookie: %s\r\n\r\n", browser->cookie);
    http_link_open(&browser->stream, browsers->port);
    http_link_send(&browser->stream, request, (size_t)size);
    watch(browsers, &browser->stream, number);
}

static void open_act_link(struct gateway_browsers *browsers, uint32_t index)
{
    http_link_open(&browsers->links[index].http, browsers->port);
    browsers->links[index].is_busy = false;
    watch(browsers, &browsers->links[index].http, browsers->count + index);
}

struct gateway_browsers *gateway_browsers_open(const struct gateway_desk *desk, uint32_t count)
{
    static uint64_t unused[GATEWAY_LEADS_MAX];
    struct gateway_browsers *browsers = calloc(1, sizeof *browsers);
    if (!browsers || !(browsers->items = calloc(count, sizeof *browsers->items)) || !(browsers->shown = calloc(GATEWAY_LEADS_MAX, sizeof *browsers->shown)))
        bench_give_up("out of memory");
    browsers->count = count;
    browsers->port = desk->port;
    browsers->queue = epoll_create1(0);
    for (uint32_t i = 0; i < ACT_LINKS; i++)
        open_act_link(browsers, i);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(browsers->items[i].rep, sizeof browsers->items[i].rep, "rep%u", i);
        sign_in(&browsers->links[0].http, &browsers->items[i]);
        open_stream(browsers, i);
        if (i % 50 == 49)
            gateway_browsers_work(browsers, 0, unused);
    }
    uint64_t give_up_ns = bench_now_ns() + CONNECT_WITHIN_S * 1000000000ull;
    while (browsers->connected < count) {
        if (bench_now_ns() > give_up_ns)
            bench_give_up("the gateway's pages are not connected");
        gateway_browsers_work(browsers, 50, unused);
    }
    return browsers;
}

void gateway_browsers_close(struct gateway_browsers *browsers)
{
    for (uint32_t i = 0; i < browsers->count; i++)
        http_link_close(&browsers->items[i].stream);
    for (uint32_t i = 0; i < ACT_LINKS; i++)
        http_link_close(&browsers->links[i].http);
    close(browsers->queue);
    free(browsers->items);
    free(browsers->shown);
    free(browsers);
}

/* ---- acts -------------------------------------------------------------------------------- */

static struct act *put_act(struct gateway_browsers *browsers, uint32_t browser, const char *name)
{
    if (browsers->acts_put - browsers->acts_sent == ACTS_MAX)
        bench_give_up("the gateway takes no acts");
    struct act *act = &browsers->acts[browsers->acts_put++ % ACTS_MAX];
    *act = (struct act){.browser = browser, .name = name};
    return act;
}

static void send_act(struct gateway_browsers *browsers, struct act_link *link)
{
    char body[256], request[1024];
    const struct act *act = &browsers->acts[browsers->acts_sent % ACTS_MAX];
    const struct browser *browser = &browsers->items[act->browser];
    int body_size = snprintf(body, sizeof body, "{\"page\": \"p\", \"key\": \"k%llu\", \"lead_id\": \"%s\", \"offer_number\": %llu, \"disposition\": \"won\"}",
                             (unsigned long long)browsers->acts_sent, act->lead_id, (unsigned long long)act->offer_number);
    int size = snprintf(request, sizeof request, "POST /api/v1/desk/%s HTTP/1.1\r\nHost: bench\r\nCookie: %s\r\nX-CSRF-Token: %s\r\n"
                        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", act->name, browser->cookie, browser->csrf, body_size, body);
    browsers->acts_sent++;
    link->is_busy = true;
    http_link_send(&link->http, request, (size_t)size);
}

static void send_acts(struct gateway_browsers *browsers)
{
    uint64_t due = !browsers->asks ? 0 : (bench_now_ns() - browsers->asks_since_ns) * GATEWAY_ASKS_PER_S / 1000000000u;
    for (; browsers->asked_since < due; browsers->asked_since++, browsers->counts.asked++)
        put_act(browsers, 0, "list");
    for (int i = 0; i < ACT_LINKS && browsers->acts_sent < browsers->acts_put; i++) {
        struct act_link *link = &browsers->links[browsers->next_link];
        browsers->next_link = (browsers->next_link + 1) % ACT_LINKS;   /* in turn, so that none is idle for long */
        if (!link->is_busy)
            send_act(browsers, link);
    }
}

static void take_answers(struct gateway_browsers *browsers, uint32_t index)
{
    struct act_link *link = &browsers->links[index];
    const char *answer;
    bool is_open = http_link_fill(&link->http);
    for (int status; link->is_busy && (status = http_link_answer(&link->http, &answer)) != 0;) {
        link->is_busy = false;
        browsers->counts.wrong += status != 200 || !strstr(answer, "\"accepted\"");
    }
    if (is_open)
        return;
    browsers->counts.wrong += link->is_busy;
    http_link_close(&link->http);
    open_act_link(browsers, index);
}

/* ---- states ------------------------------------------------------------------------------ */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static void act_on(struct gateway_browsers *browsers, uint32_t number, const json_t *row, bool in_hand)
{
    struct act *act = put_act(browsers, number, in_hand ? "complete" : "accept");
    snprintf(act->lead_id, sizeof act->lead_id, "%s", text_of(row, "lead_id"));
    act->offer_number = (uint64_t)json_integer_value(json_object_get(row, "offer_number"));
    browsers->counts.completed += in_hand;
}

static void take_lead(struct gateway_browsers *browsers, uint32_t number, const json_t *row, uint64_t *shown_ns)
{
    const json_t *lead = json_object_get(row, "lead");
    const char *name = text_of(lead, "full_name"), *end = name + strlen(name), *product = text_of(lead, "product"), *phase = text_of(row, "phase");
    int64_t which = gateway_lead_number(&name, end);
    if (which < 0 || product[0] != 's' || (uint32_t)atoi(product + 1) != number % BENCH_SKILLS) {
        browsers->counts.wrong++;
        return;
    }
    struct shown *shown = &browsers->shown[which];
    bool in_hand = strcmp(phase, "assigned") == 0;
    if (shown->to != 0 && shown->to != number + 1)
        browsers->counts.wrong++;
    else if (shown->to == 0 || (in_hand && !shown->in_hand))
        act_on(browsers, number, row, in_hand);
    else
        return;
    if (shown->to == 0) {
        shown_ns[which] = bench_now_ns();
        browsers->counts.leads_shown++;
    }
    *shown = (struct shown){.to = number + 1, .in_hand = in_hand};
}

static void take_state(struct gateway_browsers *browsers, uint32_t number, const char *text, uint64_t *shown_ns)
{
    struct browser *browser = &browsers->items[number];
    json_t *state = json_loads(text, 0, NULL), *leads = json_object_get(state, "leads"), *row;
    size_t index;
    browsers->counts.frames++;
    browsers->counts.asker_frames += number == 0 && browsers->asks;
    browsers->counts.wrong += strcmp(text_of(json_object_get(state, "rep"), "name"), browser->rep) != 0;
    if (!browser->is_connected && json_is_true(json_object_get(state, "connected"))) {
        browser->is_connected = true;
        browsers->connected++;
    }
    json_array_foreach(leads, index, row)
        take_lead(browsers, number, row, shown_ns);
    json_decref(state);
}

static void take_events(struct gateway_browsers *browsers, uint32_t number, uint64_t *shown_ns)
{
    struct http_link *link = &browsers->items[number].stream;
    const char *text;
    if (!http_link_fill(link))
        bench_give_up("the gateway ended a stream");
    while ((text = http_link_event(link, "state")))
        if (text[0])
            take_state(browsers, number, text, shown_ns);
}

void gateway_browsers_work(struct gateway_browsers *browsers, int wait_ms, uint64_t shown_ns[GATEWAY_LEADS_MAX])
{
    struct epoll_event ready[EVENTS_MAX];
    int count = epoll_wait(browsers->queue, ready, EVENTS_MAX, wait_ms);
    for (int i = 0; i < count; i++) {
        if (ready[i].data.u32 >= browsers->count)
            take_answers(browsers, ready[i].data.u32 - browsers->count);
        else
            take_events(browsers, ready[i].data.u32, shown_ns);
    }
    send_acts(browsers);
}

void gateway_browsers_ask(struct gateway_browsers *browsers, bool asks)
{
    browsers->asks = asks;
    browsers->asks_since_ns = bench_now_ns();
    browsers->asked_since = 0;
}

struct gateway_counts gateway_browsers_counts(const struct gateway_browsers *browsers)
{
    return browsers->counts;
}
